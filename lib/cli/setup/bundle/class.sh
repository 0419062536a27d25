#!/bin/sh
# The workbook from this folder alone, without a network: `./class.sh` starts it, `./class.sh doctor` runs any other verb.
cd "$(dirname "$0")" || exit 1
own=.workbook/bundle
# The Node of this machine where it is one that the workbook runs on, else the one that came along.
case "$(node --version 2>/dev/null)" in
  v20.* | v22.*) ;;
  *) PATH="$PWD/$own/bin:$PATH" ;;
esac
export PATH WORKBOOK_CACHE="$PWD/$own/cache" WORKBOOK_OFFLINE=1
# pip takes the wheels that came along and asks no index. A relative path: a space in an absolute one would cut it in two.
export PIP_NO_INDEX=1 PIP_FIND_LINKS="$own/wheels"
exec node lib/cli/launch.cjs "${@:-start}"
