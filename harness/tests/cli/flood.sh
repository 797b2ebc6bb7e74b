#!/bin/sh
# A broadcast node in plain shell that does with the topology it is offered what Maelstrom's own example does: a new value goes to
# all neighbours but the one it came from, and nobody acknowledges.
values=
neighbours=

# say NODE BODY
say() {
  printf '%s\n' "{\"src\":\"$me\",\"dest\":\"$1\",\"body\":{$2}}"
}

while read -r line; do
  src=${line#*'"src":"'}; src=${src%%'"'*}
  id=${line#*'"msg_id":'}; id=${id%%[,\}]*}
  case $line in
    *'"type":"init"'*)
      me=${line#*'"dest":"'}; me=${me%%'"'*}
      say "$src" "\"type\":\"init_ok\",\"in_reply_to\":$id" ;;
    *'"type":"topology"'*)
      list=${line#*"\"$me\":["}
      neighbours=$(printf '%s' "${list%%]*}" | tr -d '"' | tr ',' ' ')
      say "$src" "\"type\":\"topology_ok\",\"in_reply_to\":$id" ;;
    *'"type":"broadcast"'*)
      value=${line#*'"message":'}; value=${value%%[,\}]*}
      case $line in *'"msg_id"'*) say "$src" "\"type\":\"broadcast_ok\",\"in_reply_to\":$id" ;; esac
      case ",$values," in *",$value,"*) continue ;; esac
      values=${values:+$values,}$value
      for node in $neighbours; do
        [ "$node" = "$src" ] || say "$node" "\"type\":\"broadcast\",\"message\":$value"
      done ;;
    *) say "$src" "\"type\":\"read_ok\",\"messages\":[$values],\"in_reply_to\":$id" ;;
  esac
done
