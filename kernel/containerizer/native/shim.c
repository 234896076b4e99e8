/*
 * The shim: parent of one task or custom executor, for as long as that lives.
 *
 * Owns two facts about its child and puts them on disk, so that neither the agent's death nor the
 * executor host's loses a task or its end: `pid` before the command is executed, `status` (the raw
 * wait status in decimal) when it has ended. It needs nothing while it waits: no pipe, no terminal,
 * no library, no heap; a page or two of stack. It is written against bare system calls because
 *   - it then links statically wherever a compiler is, libc.a or not;
 *   - it starts as root with the environment of a task that may become somebody else, and a libc would
 *     obey that environment (LD_PRELOAD and its kin) before it drops what it must drop;
 *   - a waiting process costs what it touches.
 *
 * It does not decide when to kill, knows no protocol and reads no configuration. Whoever starts it has
 * made it a session leader, with the task's environment, /dev/null as standard streams.
 *
 *   tavola-shim -d DIR [-o STDOUT] [-e STDERR] [-w CWD] [-u UID -g GID [-G GID,GID]] [-m OOM_SCORE_ADJ]
 *               [-s OWN_CGROUP_FILE]... [-c CGROUP_FILE]... [-C CGROUP2] -- FILE ARGV0 [ARGUMENT]...
 *
 * A CGROUP_FILE is one that a process enters by writing 0 to it. `tasks` (version 1) is better than
 * `cgroup.procs`: one thread that moves itself need not wait for the whole machine (RCU), which takes
 * milliseconds. In version 2 the child is born in the folder CGROUP2 for the same reason.
 *
 * What goes wrong before the command runs is a sentence in DIR/error and on the command's standard
 * error, and ends the child with status 1, as Mesos's launcher does.
 */

typedef unsigned long word;
typedef long sword;

/* -- system calls ---------------------------------------------------------------------------- */

#if defined(__x86_64__)
enum {
  nr_read = 0, nr_write = 1, nr_close = 3, nr_rt_sigaction = 13, nr_rt_sigprocmask = 14, nr_dup3 = 292,
  nr_getpid = 39, nr_execve = 59, nr_exit_group = 231, nr_wait4 = 61, nr_kill = 62, nr_chdir = 80,
  nr_setsid = 112, nr_setgroups = 116, nr_setresuid = 117, nr_setresgid = 119, nr_prctl = 157,
  nr_openat = 257, nr_renameat2 = 316, nr_close_range = 436, nr_nanosleep = 35, nr_clone = 56,
  nr_umask = 95, nr_pipe2 = 293, nr_clone3 = 435
};
static sword call(sword n, word a, word b, word c, word d, word e) {
  sword result;
  register word r10 __asm__("r10") = d;
  register word r8 __asm__("r8") = e;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                   : "rcx", "r11", "memory");
  return result;
}
__asm__(".globl _start\n_start:\n  xor %ebp,%ebp\n  mov %rsp,%rdi\n  and $-16,%rsp\n  call start\n");
#elif defined(__aarch64__)
enum {
  nr_read = 63, nr_write = 64, nr_close = 57, nr_rt_sigaction = 134, nr_rt_sigprocmask = 135,
  nr_dup3 = 24, nr_getpid = 172, nr_execve = 221, nr_exit_group = 94, nr_wait4 = 260, nr_kill = 129,
  nr_chdir = 49, nr_setsid = 157, nr_setgroups = 159, nr_setresuid = 147, nr_setresgid = 149,
  nr_prctl = 167, nr_openat = 56, nr_renameat2 = 276, nr_close_range = 436, nr_nanosleep = 101,
  nr_clone = 220, nr_umask = 166, nr_pipe2 = 59, nr_clone3 = 435
};
static sword call(sword n, word a, word b, word c, word d, word e) {
  register word x8 __asm__("x8") = (word)n;
  register word x0 __asm__("x0") = a;
  register word x1 __asm__("x1") = b;
  register word x2 __asm__("x2") = c;
  register word x3 __asm__("x3") = d;
  register word x4 __asm__("x4") = e;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
  return (sword)x0;
}
__asm__(".globl _start\n_start:\n  mov x29,#0\n  mov x0,sp\n  and sp,x0,#-16\n  bl start\n");
#else
#error "no system calls for this processor here: use the shell shim"
#endif

enum {
  at_fdcwd = -100, o_wronly = 1, o_creat = 0100, o_trunc = 01000, o_append = 02000, o_cloexec = 02000000,
  sigkill = 9, sigchld = 17, sig_setmask = 2, pr_set_child_subreaper = 36,
  enoent = 2, e2big = 7, enoexec = 8, echild = 10, eacces = 13, enotdir = 20, eintr = 4, eperm = 1
};
#if defined(__aarch64__)
enum { o_directory = 040000 };
#else
enum { o_directory = 0200000 };
#endif

/* -- text ------------------------------------------------------------------------------------ */

static word length_of(const char *text) {
  word n = 0;
  while (text[n]) n++;
  return n;
}

/* Appends to a bounded buffer; what does not fit is cut. */
struct text {
  char bytes[512];
  word length;
};

static void append(struct text *to, const char *text) {
  while (*text && to->length < sizeof to->bytes) to->bytes[to->length++] = *text++;
}

static void append_number(struct text *to, sword value) {
  char digits[24];
  word n = sizeof digits;
  digits[--n] = 0;
  do digits[--n] = (char)('0' + value % 10);
  while ((value /= 10) != 0);
  append(to, digits + n);
}

/* Decimal digits at *text; moves past them. */
static sword take_number(const char **text) {
  sword value = 0;
  while (**text >= '0' && **text <= '9') value = value * 10 + (*(*text)++ - '0');
  return value;
}

static void append_reason(struct text *to, sword error) {
  switch (-error) {
    case eperm: append(to, "Operation not permitted"); break;
    case enoent: append(to, "No such file or directory"); break;
    case e2big: append(to, "Argument list too long"); break;
    case enoexec: append(to, "Exec format error"); break;
    case eacces: append(to, "Permission denied"); break;
    case enotdir: append(to, "Not a directory"); break;
    default:
      append(to, "error ");
      append_number(to, -error);
  }
}

/* -- files ----------------------------------------------------------------------------------- */

static sword directory; /* DIR, open */
static int complaints[2]; /* a pipe from the child, until it executes the command */

static void write_whole(sword fd, const struct text *text) {
  if (fd >= 0) call(nr_write, (word)fd, (word)text->bytes, text->length, 0, 0);
}

/* DIR/name appears whole or not at all. */
static void record(const char *name, const char *temporary, const struct text *text) {
  sword fd = call(nr_openat, (word)directory, (word)temporary, o_wronly | o_creat | o_trunc | o_cloexec, 0644, 0);
  if (fd < 0) return;
  write_whole(fd, text);
  call(nr_close, (word)fd, 0, 0, 0, 0);
  call(nr_renameat2, (word)directory, (word)temporary, (word)directory, (word)name, 0);
}

static void record_number(const char *name, const char *temporary, sword value) {
  struct text text;
  text.length = 0;
  append_number(&text, value);
  append(&text, "\n");
  record(name, temporary, &text);
}

static __attribute__((noreturn)) void leave(int code) {
  for (;;) call(nr_exit_group, (word)code, 0, 0, 0, 0);
}

/* In the child, before the command runs. As the user it may be by then, it could not write to DIR. */
static __attribute__((noreturn)) void fail(const char *what, const char *which, sword error) {
  struct text text;
  text.length = 0;
  append(&text, what);
  append(&text, " '");
  append(&text, which);
  append(&text, "': ");
  append_reason(&text, error);
  write_whole(complaints[1], &text);
  append(&text, "\n");
  write_whole(2, &text);
  leave(1);
}

/* -- the child ------------------------------------------------------------------------------- */

struct options {
  const char *directory, *stdout_path, *stderr_path, *cwd, *uid, *gid, *groups, *oom_score_adj, *cgroup2;
  char **first;   /* the options themselves, for those that repeat */
  char **command; /* FILE ARGV0 ARGUMENT... */
};

static void join(const char *file) {
  static const struct text self = {"0", 1};
  sword fd = call(nr_openat, (word)at_fdcwd, (word)file, o_wronly | o_cloexec, 0, 0);
  sword written = fd < 0 ? fd : call(nr_write, (word)fd, (word)self.bytes, 1, 0, 0);
  if (written < 0) fail("Failed to join cgroup", file, written);
  call(nr_close, (word)fd, 0, 0, 0, 0);
}

/* Enters every cgroup given by the option of this letter. */
static void join_all(const struct options *options, char letter) {
  char **at;
  for (at = options->first; at < options->command - 1; at += 2)
    if ((*at)[1] == letter) join(at[1]);
}

static void redirect(const char *path, int to) {
  sword fd;
  if (!path) return;
  fd = call(nr_openat, (word)at_fdcwd, (word)path, o_wronly | o_creat | o_append | o_cloexec, 0644, 0);
  if (fd < 0) fail("Failed to open", path, fd);
  call(nr_dup3, (word)fd, (word)to, 0, 0, 0);
}

static void become_user(const struct options *options) {
  unsigned groups[256];
  word count = 0;
  sword error, uid, gid;
  const char *at;
  if (!options->uid || !options->gid) return;
  at = options->uid;
  uid = take_number(&at);
  at = options->gid;
  gid = take_number(&at);
  at = options->groups;
  while (at && *at && count < 256) {
    groups[count++] = (unsigned)take_number(&at);
    if (*at == ',') at++;
  }
  error = call(nr_setgroups, count, (word)groups, 0, 0, 0);
  if (error >= 0) error = call(nr_setresgid, (word)gid, (word)gid, (word)gid, 0, 0);
  if (error >= 0) error = call(nr_setresuid, (word)uid, (word)uid, (word)uid, 0, 0);
  if (error < 0) fail("Failed to become user", options->uid, error);
}

static const char *path_of(char **environment) {
  for (; *environment; environment++) {
    const char *entry = *environment;
    if (entry[0] == 'P' && entry[1] == 'A' && entry[2] == 'T' && entry[3] == 'H' && entry[4] == '=')
      return entry + 5;
  }
  return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

/* As execvp(3): a FILE with a slash is a path, any other is looked for along PATH. */
static sword execute(char **command, char **environment) {
  const char *file = command[0], *path = path_of(environment);
  word file_length = length_of(file), n;
  sword error = -enoent, denied = 0;
  char candidate[4096];
  for (n = 0; n < file_length; n++)
    if (file[n] == '/') return call(nr_execve, (word)file, (word)(command + 1), (word)environment, 0, 0);
  while (file_length) {
    for (n = 0; *path && *path != ':' && n + file_length + 2 < sizeof candidate; path++) candidate[n++] = *path;
    if (n) candidate[n++] = '/';
    { word i; for (i = 0; i <= file_length; i++) candidate[n + i] = file[i]; }
    error = call(nr_execve, (word)candidate, (word)(command + 1), (word)environment, 0, 0);
    if (error == -eacces) denied = error;
    else if (error != -enoent && error != -enotdir) return error;
    if (*path != ':') break;
    path++;
  }
  return denied ? denied : error;
}

static __attribute__((noreturn)) void run(const struct options *options, char **environment) {
  word no_signals = 0;
  sword error;
  call(nr_setsid, 0, 0, 0, 0, 0);
  join_all(options, 'c');
  if (options->oom_score_adj) {
    struct text text;
    text.length = 0;
    append(&text, options->oom_score_adj);
    error = call(nr_openat, (word)at_fdcwd, (word) "/proc/self/oom_score_adj", o_wronly | o_cloexec, 0, 0);
    write_whole(error, &text);
  }
  record_number("pid", "pid.new", call(nr_getpid, 0, 0, 0, 0, 0));
  become_user(options);
  /* As the user, so that a link planted in the sandbox reaches no further than its owner does. */
  redirect(options->stdout_path, 1);
  redirect(options->stderr_path, 2);
  if (options->cwd && (error = call(nr_chdir, (word)options->cwd, 0, 0, 0, 0)) < 0)
    fail("Failed to change to directory", options->cwd, error);
  call(nr_umask, 022, 0, 0, 0, 0);
  call(nr_rt_sigprocmask, sig_setmask, (word)&no_signals, 0, 8, 0);
  error = execute(options->command, environment);
  fail("Failed to execute", options->command[0], error);
}

/* -- the parent ------------------------------------------------------------------------------ */

/* Kills every child this process has: those the command left behind come here, because of the subreaper. */
static void kill_children(sword self) {
  struct text path;
  char pids[4096];
  const char *at = pids;
  sword fd, n;
  path.length = 0;
  append(&path, "/proc/self/task/");
  append_number(&path, self);
  append(&path, "/children");
  path.bytes[path.length] = 0;
  fd = call(nr_openat, (word)at_fdcwd, (word)path.bytes, o_cloexec, 0, 0);
  if (fd < 0) return;
  n = call(nr_read, (word)fd, (word)pids, sizeof pids - 1, 0, 0);
  call(nr_close, (word)fd, 0, 0, 0, 0);
  if (n <= 0) return;
  while (n > 0 && pids[n - 1] != ' ') n--; /* a number cut by the buffer's end waits for the next round */
  pids[n] = 0;
  while (*at) {
    sword pid = take_number(&at);
    if (pid > 1) call(nr_kill, (word)pid, sigkill, 0, 0, 0);
    while (*at == ' ') at++;
  }
}

/* Until nobody is left, but not longer than about five seconds: a process may be stuck in the kernel. */
static void end_the_rest(sword self) {
  struct { sword seconds, nanoseconds; } pause = {0, 200000};
  int status;
  for (;;) {
    sword reaped;
    kill_children(self);
    while ((reaped = call(nr_wait4, (word)-1, (word)&status, 1 /* WNOHANG */, 0, 0)) > 0) {}
    if (reaped < 0 && reaped != -eintr) return;
    if (pause.nanoseconds > 999000000 || pause.seconds) return;
    call(nr_nanosleep, (word)&pause, 0, 0, 0, 0);
    if ((pause.nanoseconds = pause.nanoseconds * 5 / 4) > 999999999) return;
  }
}

/* As fork(2), into a cgroup of version 2 if there is one; -ENOSYS and the like on kernels before 5.7. */
static sword fork_into(const char *cgroup2) {
  struct { word flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup; } how;
  sword fd, child;
  word n;
  if (!cgroup2) return call(nr_clone, sigchld, 0, 0, 0, 0);
  fd = call(nr_openat, (word)at_fdcwd, (word)cgroup2, o_directory | o_cloexec, 0, 0);
  if (fd < 0) return fd;
  for (n = 0; n < sizeof how; n++) ((char *)&how)[n] = 0;
  how.flags = 0x200000000UL; /* CLONE_INTO_CGROUP */
  how.exit_signal = sigchld;
  how.cgroup = (word)fd;
  child = call(nr_clone3, (word)&how, sizeof how, 0, 0, 0);
  call(nr_close, (word)fd, 0, 0, 0, 0);
  return child;
}

/* For a kernel that cannot: born here, it moves itself. */
static void join_cgroup2(const char *cgroup2) {
  struct text path;
  path.length = 0;
  append(&path, cgroup2);
  append(&path, "/cgroup.procs");
  if (path.length == sizeof path.bytes) fail("Failed to join cgroup", cgroup2, -enoent);
  path.bytes[path.length] = 0;
  join(path.bytes);
}

/* Until the child executes the command or has said why it cannot. */
static void record_complaint(void) {
  struct text text;
  sword n;
  call(nr_close, (word)complaints[1], 0, 0, 0, 0);
  do n = call(nr_read, (word)complaints[0], (word)text.bytes, sizeof text.bytes, 0, 0);
  while (n == -eintr);
  call(nr_close, (word)complaints[0], 0, 0, 0, 0);
  if (n <= 0) return;
  text.length = (word)n;
  record("error", "error.new", &text);
}

static __attribute__((noreturn)) void wait_for(sword child) {
  sword self = call(nr_getpid, 0, 0, 0, 0, 0);
  int status = 0;
  for (;;) {
    sword ended = call(nr_wait4, (word)-1, (word)&status, 0, 0, 0);
    if (ended == child) break;
    if (ended < 0 && ended != -eintr) leave(1);
  }
  record_number("status", "status.new", status);
  end_the_rest(self);
  leave(0);
}

/* 0 when something is missing or not understood. */
static int take_options(struct options *options, char **argv) {
  char **at;
  options->first = argv;
  for (at = argv; at[0] && at[1]; at += 2) {
    if (at[0][0] != '-') return 0;
    switch (at[0][1]) {
      case '-':
        options->command = at + 1;
        return options->directory && options->command[0] && options->command[1];
      case 'd': options->directory = at[1]; break;
      case 'o': options->stdout_path = at[1]; break;
      case 'e': options->stderr_path = at[1]; break;
      case 'w': options->cwd = at[1]; break;
      case 'u': options->uid = at[1]; break;
      case 'g': options->gid = at[1]; break;
      case 'G': options->groups = at[1]; break;
      case 'm': options->oom_score_adj = at[1]; break;
      case 'C': options->cgroup2 = at[1]; break;
      case 's': case 'c': break;
      default: return 0;
    }
  }
  return 0;
}

/* Nothing of whoever started us reaches the command: no file, no handler, no blocked signal. */
static void shed(void) {
  static const struct { word handler, flags, restorer, mask; } by_default;
  word every_signal = ~0UL, n;
  call(nr_close_range, 3, ~0U, 0, 0, 0);
  for (n = 1; n <= 64; n++) call(nr_rt_sigaction, n, (word)&by_default, 0, 8, 0);
  call(nr_rt_sigprocmask, sig_setmask, (word)&every_signal, 0, 8, 0);
}

__attribute__((noreturn, used)) void start(word *stack) {
  word argc = stack[0];
  char **argv = (char **)(stack + 1), **environment = argv + argc + 1;
  struct options options;
  word n;
  sword child;
  for (n = 0; n < sizeof options; n++) ((char *)&options)[n] = 0;
  if (argc < 2 || !take_options(&options, argv + 1)) leave(64);
  shed();
  directory = call(nr_openat, (word)at_fdcwd, (word)options.directory, o_directory | o_cloexec, 0, 0);
  if (directory < 0) leave(66);
  join_all(&options, 's');
  call(nr_prctl, pr_set_child_subreaper, 1, 0, 0, 0);
  if (call(nr_pipe2, (word)complaints, o_cloexec, 0, 0, 0) < 0) complaints[0] = complaints[1] = -1;
  child = fork_into(options.cgroup2);
  if (child < 0 && options.cgroup2) {
    child = fork_into(0);
    if (child == 0) join_cgroup2(options.cgroup2);
  }
  if (child == 0) run(&options, environment);
  if (child < 0) {
    struct text text;
    text.length = 0;
    append(&text, "Failed to fork: ");
    append_reason(&text, child);
    record("error", "error.new", &text);
    leave(71);
  }
  call(nr_chdir, (word) "/", 0, 0, 0, 0); /* pins no mount */
  record_complaint();
  wait_for(child);
}
