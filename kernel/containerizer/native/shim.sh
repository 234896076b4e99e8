#!/bin/sh
# The shim for machines without a compiler: the same options, the same files on disk as shim.c.
#
# A shell alone cannot tell `exit 137` from death by SIGKILL; util-linux's `setsid --wait` can: it
# exits with the code of what it waited for, or with the number of the signal and a sentence on its
# standard error. So this waits, in a command substitution, for a setsid that waits for the command.
#
# Three stages: the one that waits and records; --child, which enters the cgroups and becomes the
# user; --user, which reads the environment, redirects and executes. The environment comes in a file
# (-E) that is opened before the user changes: a dynamically linked shell that runs as root must not
# be given an environment of somebody else's choosing.
#
# Differs from shim.c: two small processes wait instead of one; ARGV0 is always FILE; variables whose
# names a shell cannot write are left out; what the command leaves behind is not ended here; files
# that whoever started the agent left open to everybody stay open.

case $1 in
  --child | --user)
    stage=$1
    shift
    ;;
  *) stage=--wait ;;
esac

take_options() {
  while [ "$1" != -- ]; do
    case $1 in
      -d) directory=$2 ;;
      -o) stdout=$2 ;;
      -e) stderr=$2 ;;
      -w) cwd=$2 ;;
      -u) uid=$2 ;;
      -g) gid=$2 ;;
      -G) groups=$2 ;;
      -m) adjustment=$2 ;;
      -E) environment=$2 ;;
      -s) [ "$stage" != --wait ] || echo 0 >"$2" ;;
      -C) [ "$stage" != --child ] || echo 0 >"$2/cgroup.procs" || fail "Failed to join cgroup '$2'" ;;
      -c) [ "$stage" != --child ] || echo 0 >"$2" || fail "Failed to join cgroup '$2'" ;;
      *) exit 64 ;;
    esac
    shift 2
  done
}

record() {
  echo "$2" >"$directory/$1.new" && mv "$directory/$1.new" "$directory/$1"
}

# Descriptor 4 is the file that becomes DIR/error; the user could not open it any more.
fail() {
  echo "$1" >&4
  echo "$1" >&2
  exit 1
}

wait_stage() {
  said=$(exec /usr/bin/setsid --fork --wait /bin/sh "$0" --child "$@" 2>&1 4>"$directory/error.new")
  code=$?
  case $said in
    *"did not exit normally"*) status=$code ;;
    *) status=$((code * 256)) ;;
  esac
  if [ -s "$directory/error.new" ]; then
    mv "$directory/error.new" "$directory/error"
  else
    rm -f "$directory/error.new"
  fi
  record status "$status"
}

child_stage() {
  [ -z "$adjustment" ] || echo "$adjustment" >/proc/self/oom_score_adj
  record pid "$$"
  # The user may not be able to enter the folder that this script lies in.
  exec 3<"$environment" 5<"$0"
  rm -f "$environment"
  if [ -z "$uid" ]; then
    exec /bin/sh /proc/self/fd/5 --user "$@"
  elif [ -z "$groups" ]; then
    exec /usr/bin/setpriv --reuid "$uid" --regid "$gid" --clear-groups /bin/sh /proc/self/fd/5 --user "$@"
  else
    exec /usr/bin/setpriv --reuid "$uid" --regid "$gid" --groups "$groups" /bin/sh /proc/self/fd/5 --user "$@"
  fi
}

user_stage() {
  [ -z "$stdout" ] || true >>"$stdout" || fail "Failed to open '$stdout'"
  [ -z "$stderr" ] || true >>"$stderr" || fail "Failed to open '$stderr'"
  exec >>"${stdout:-/dev/null}" 2>>"${stderr:-/dev/null}"
  [ -z "$cwd" ] || cd "$cwd" || fail "Failed to change to directory '$cwd'"
  umask 022
  while [ "$1" != -- ]; do shift 2; done
  file=$2
  shift 3
  eval "$(cat <&3)"
  exec 3<&- 5<&-
  command -v -- "$file" >/dev/null || fail "Failed to execute '$file': No such file or directory"
  exec "$file" "$@" 4>&-
}

directory= stdout= stderr= cwd= uid= gid= groups= adjustment= environment=
# What setsid says is the pipe to the first stage: nothing else may be written to it.
[ "$stage" = --wait ] || exec >/dev/null 2>&1
take_options "$@"
case $stage in
  --wait) wait_stage "$@" ;;
  --child) child_stage "$@" ;;
  --user) user_stage "$@" ;;
esac
