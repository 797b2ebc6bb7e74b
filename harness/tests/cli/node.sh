#!/bin/sh
# A node for the workloads `echo` and `broadcast`, in plain shell, which talks to no other. Its first argument says what
# is wrong with it, and nothing is without one; `n1-DEFECT` is wrong with n1 alone.
defect=${1:-nothing}
operations=0
values=

# reply BODY: answers the line that was read last.
reply() {
  printf '%s\n' "{\"src\":\"$dest\",\"dest\":\"$src\",\"body\":{$1,\"in_reply_to\":$id}}"
}

case $defect in
  exits-at-start) echo 'out of cheese' >&2; exit 3 ;;
  prints-garbage) echo 'Starting server v1.0 ...' ;;
  leaves-a-child) "$0" idles & ;;
  writes-a-long-log) line=0123456789abcdef; line=$line$line$line$line; line=$line$line$line$line ;;
  # A stubborn one, which says that it runs, and answers nothing.
  clings-to-life) trap '' INT TERM HUP; "$0" idles & echo "$$" > "$0.pid" ;;
  idles) trap '' INT TERM HUP; while :; do sleep 1; done ;;
esac

while read -r line_in; do
  src=${line_in#*'"src":"'}; src=${src%%'"'*}
  dest=${line_in#*'"dest":"'}; dest=${dest%%'"'*}
  id=${line_in#*'"msg_id":'}; id=${id%%[,\}]*}
  case $line_in in
    *'"type":"init"'*)
      case $defect in
        "$dest"-*) defect=${defect#*-} ;;
        n[0-9]-*) defect=nothing ;;
      esac
      case $defect in
        never-answers) echo 'still thinking' >&2; continue ;;
        clings-to-life) continue ;;
        answers-with-the-wrong-type) reply '"type":"hello_ok"'; continue ;;
        refuses-init) reply '"type":"error","code":13,"text":"not today"'; continue ;;
        answers-another-request) id=999; reply '"type":"init_ok"'; continue ;;
        writes-a-long-log) # Two megabytes.
          lines=0; while [ "$lines" -lt 8000 ]; do echo "$line" >&2; lines=$((lines + 1)); done ;;
      esac
      reply '"type":"init_ok"'
      continue ;;
    *'"type":"topology"'*) reply '"type":"topology_ok"'; continue ;;
  esac
  operations=$((operations + 1))
  if [ "$operations" = 3 ]; then
    case $defect in
      exits-in-the-middle|leaves-a-child) echo 'giving up now' >&2; exit 4 ;;
      is-killed-in-the-middle) kill -9 $$ ;;
      closes-its-output) exec >&- ;;
      prints-garbage-in-the-middle) echo 'debug: this is not JSON' ;;
      prints-half-a-message) echo '{"src":"n0","dest":' ;;
      prints-without-end)
        zeros=0000000000000000; zeros=$zeros$zeros$zeros$zeros; zeros=$zeros$zeros$zeros$zeros$zeros$zeros$zeros$zeros
        zeros=$zeros$zeros$zeros$zeros$zeros$zeros$zeros$zeros
        while :; do printf '%s' "$zeros$zeros$zeros$zeros$zeros$zeros$zeros$zeros" || exit; done ;;
      prints-no-text) printf '\377\376\n' ;;
      sends-to-a-stranger) echo '{"src":"n0","dest":"n99","body":{"type":"hello"}}' ;;
      sends-as-another) echo '{"src":"n7","dest":"c1","body":{"type":"hello"}}' ;;
      stops-answering) operations=2; continue ;;
    esac
  fi
  case $line_in in
    *'"type":"echo"'*) echo=${line_in#*'"echo":'}; body="\"type\":\"echo_ok\",\"echo\":${echo%%[,\}]*}" ;;
    *'"type":"broadcast"'*)
      value=${line_in#*'"message":'}; value=${value%%[,\}]*}
      values=${values:+$values,}$value
      body='"type":"broadcast_ok"' ;;
    *) body="\"type\":\"read_ok\",\"messages\":[$values]" ;;
  esac
  case $defect in
    answers-operations-with-the-wrong-type) body='"type":"hello_ok"' ;;
    replies-twice) reply "$body" ;;
  esac
  reply "$body"
done
