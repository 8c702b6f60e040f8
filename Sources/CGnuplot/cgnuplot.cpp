// gnuplot as a child process, driven through gnuplot-iostream on a pipe that we open and a child that we spawn:
// the library's own popen neither notices a missing program nor sees its messages.
#include "cgnuplot.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gnuplot-iostream.h>

extern char **environ;

namespace {

// Descriptors of the child; the header's CG_DATA_FILE names the second. Ours are moved above all of these first.
constexpr int script_descriptor = 60;
constexpr int data_descriptor = 61;
constexpr int first_own_descriptor = 64;

// A descriptor that closes itself.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(Descriptor &&other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor &operator=(Descriptor &&other) noexcept {
    if (this != &other) {
      reset();
      value_ = std::exchange(other.value_, -1);
    }
    return *this;
  }
  ~Descriptor() { reset(); }

  int get() const { return value_; }
  int release() { return std::exchange(value_, -1); }
  explicit operator bool() const { return value_ >= 0; }
  void reset() {
    if (value_ >= 0) close(value_);
    value_ = -1;
  }

  // The same file under a number that the child's fixed numbers do not collide with.
  static Descriptor raised(int value) {
    if (value < 0) return Descriptor();
    Descriptor low(value);
    return Descriptor(fcntl(value, F_DUPFD_CLOEXEC, first_own_descriptor));
  }

  static Descriptor memory(const char *name) { return raised(memfd_create(name, MFD_CLOEXEC)); }

 private:
  int value_ = -1;
};

// Writing to a pipe whose reader has died raises SIGPIPE in the writing thread: keep it off for the duration.
class WithoutSigpipe {
 public:
  WithoutSigpipe() {
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &old_);
  }
  ~WithoutSigpipe() {
    if (!was_pending_) {
      const timespec now{0, 0};
      while (sigtimedwait(&pipe_, nullptr, &now) == -1 && errno == EINTR) {
      }
    }
    pthread_sigmask(SIG_SETMASK, &old_, nullptr);
  }

 private:
  sigset_t pipe_, old_;
  bool was_pending_;
};

#if defined(__x86_64__)
constexpr uint32_t architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t architecture = AUDIT_ARCH_AARCH64;
#else
#error "name the machine's AUDIT_ARCH here"
#endif
constexpr uint32_t writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;

// The confinement of the child as a program for the kernel: no new processes (threads are), no file opened for writing.
// Low halves of arguments: both machines are little-endian.
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(offsetof(seccomp_data, field)))
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, value)
#define REFUSE(call, error) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1), RETURN(SECCOMP_RET_ERRNO | error)

const sock_filter confinement[] = {
    LOAD(arch),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, architecture, 1, 0),
    RETURN(SECCOMP_RET_KILL_PROCESS),
    LOAD(nr),
#ifdef __x86_64__
    // The other numbering of the same calls.
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
    RETURN(SECCOMP_RET_ERRNO | ENOSYS),
    REFUSE(SYS_fork, EPERM),
    REFUSE(SYS_vfork, EPERM),
    REFUSE(SYS_creat, EACCES),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_open, 0, 4),
    LOAD(args[1]),
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, writing, 0, 1),
    RETURN(SECCOMP_RET_ERRNO | EACCES),
    RETURN(SECCOMP_RET_ALLOW),
#endif
    // Their arguments lie behind pointers, which a filter cannot follow; the C library falls back on the older calls.
    REFUSE(SYS_clone3, ENOSYS),
    REFUSE(SYS_openat2, ENOSYS),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 4),
    LOAD(args[2]),
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, writing, 0, 1),
    RETURN(SECCOMP_RET_ERRNO | EACCES),
    RETURN(SECCOMP_RET_ALLOW),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3),
    LOAD(args[0]),
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0),
    RETURN(SECCOMP_RET_ERRNO | EPERM),
    RETURN(SECCOMP_RET_ALLOW),
};

#undef LOAD
#undef RETURN
#undef REFUSE

// Makes only calls that are safe between vfork and exec.
void confine() {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return;
  const sock_fprog program{static_cast<unsigned short>(sizeof confinement / sizeof confinement[0]),
                           const_cast<sock_filter *>(confinement)};
  prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

// Our environment, except for what would make the same script give another picture.
class Environment {
 public:
  Environment() {
    for (char **entry = environ; *entry; ++entry) {
      if (!is_dropped(*entry)) pointers_.push_back(*entry);
    }
    pointers_.push_back(const_cast<char *>("LC_ALL=C.UTF-8"));
    pointers_.push_back(nullptr);
  }
  char **get() { return pointers_.data(); }

 private:
  static bool is_dropped(const char *entry) {
    for (const char *name : {"LC_ALL=", "GNUTERM=", "GNUPLOT_LIB=", "GNUPLOT_FONTPATH=", "FIT_LOG="}) {
      if (strncmp(entry, name, strlen(name)) == 0) return true;
    }
    return false;
  }
  std::vector<char *> pointers_;
};

bool write_all(int descriptor, const char *bytes, size_t length) {
  while (length > 0) {
    const ssize_t written = write(descriptor, bytes, length);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes += written;
    length -= static_cast<size_t>(written);
  }
  return true;
}

void read_all(int descriptor, std::vector<uint8_t> &bytes) {
  const off_t size = lseek(descriptor, 0, SEEK_END);
  bytes.resize(size > 0 ? static_cast<size_t>(size) : 0);
  size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t n = pread(descriptor, bytes.data() + have, bytes.size() - have, static_cast<off_t>(have));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    have += static_cast<size_t>(n);
  }
  bytes.resize(have);
}

}  // namespace

struct cg_run {
  Descriptor script, data, output, messages, process;
  std::unique_ptr<Gnuplot> data_stream;
  size_t data_size = 0;
  pid_t pid = -1;
  bool has_ended = false;
  int exit_code = 0, signal = 0, error_number = 0;
  std::vector<uint8_t> output_bytes, message_bytes;

  cg_status refuse(int number) {
    error_number = number;
    return number == ENOENT || number == EACCES || number == ENOEXEC || number == ENOTDIR ? CG_NOT_FOUND : CG_SYSTEM;
  }

  cg_status refuse_system() {
    error_number = errno != 0 ? errno : EIO;
    return CG_SYSTEM;
  }

  // Takes the exit status if the child has ended.
  bool reap(int options) {
    if (has_ended || pid < 0) return true;
    int status = 0;
    pid_t result;
    do {
      result = waitpid(pid, &status, options);
    } while (result < 0 && errno == EINTR);
    if (result == 0) return false;
    has_ended = true;
    if (result > 0 && WIFSIGNALED(status)) signal = WTERMSIG(status);
    if (result > 0 && WIFEXITED(status)) exit_code = WEXITSTATUS(status);
    return true;
  }

  // Starts the child; returns 0 or why the program could not be started.
  int spawn(const char *program, const char *folder, int input, bool is_confined) {
    const std::string path = found(program);
    if (path.empty()) return ENOENT;
    // -d: neither the system's nor the user's start-up files.
    char *const arguments[] = {const_cast<char *>(program), const_cast<char *>("-d"), nullptr};
    Environment environment;
    char **const variables = environment.get();
    const int from[] = {input, output.get(), messages.get(), script.get(), data.get()};
    const int to[] = {0, 1, 2, script_descriptor, data_descriptor};
    sigset_t all, old;
    sigfillset(&all);
    // No signal may run a handler in the child while it shares our memory.
    pthread_sigmask(SIG_BLOCK, &all, &old);
    volatile int failure = 0;
    // vfork, as posix_spawn does inside: fork would copy the page tables of all our tensors. The child shares our
    // memory until it runs the program, so it only makes system calls.
    const pid_t child = vfork();
    if (child == 0) {
      // A group of its own: Ctrl-C at the terminal must not reach it, and a kill must reach what it starts.
      setpgid(0, 0);
      for (int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGCHLD}) ::signal(number, SIG_DFL);
      sigset_t none;
      sigemptyset(&none);
      sigprocmask(SIG_SETMASK, &none, nullptr);
      bool is_ready = true;
      for (int i = 0; i < 5 && is_ready; ++i) is_ready = dup2(from[i], to[i]) >= 0;
      if (is_ready && folder) is_ready = chdir(folder) == 0;
      if (is_ready && is_confined) confine();
      if (is_ready) execve(path.c_str(), arguments, variables);
      failure = errno;
      _exit(127);
    }
    const int fork_error = errno;
    pthread_sigmask(SIG_SETMASK, &old, nullptr);
    if (child < 0) return fork_error;
    pid = child;
    if (failure == 0) return 0;
    reap(0);
    return failure;
  }

  // The program's path: as it is when it holds a slash, else the first in PATH that may be run; empty if there is none.
  static std::string found(const char *program) {
    if (strchr(program, '/')) return program;
    const char *variable = getenv("PATH");
    std::string folders = variable ? variable : "/usr/local/bin:/usr/bin:/bin";
    size_t start = 0;
    while (start <= folders.size()) {
      const size_t end = std::min(folders.find(':', start), folders.size());
      const std::string folder = folders.substr(start, end - start);
      const std::string path = (folder.empty() ? "." : folder) + "/" + program;
      if (access(path.c_str(), X_OK) == 0) return path;
      start = end + 1;
    }
    return "";
  }
};

extern "C" {

cg_run *cg_create(void) {
  try {
    auto run = std::make_unique<cg_run>();
    run->script = Descriptor::memory("figure script");
    run->data = Descriptor::memory("figure data");
    run->output = Descriptor::memory("figure output");
    run->messages = Descriptor::memory("figure messages");
    if (!run->script || !run->data || !run->output || !run->messages) return nullptr;
    return run.release();
  } catch (...) {
    return nullptr;
  }
}

cg_status cg_add_data(cg_run *run, const double *values, size_t rows, size_t columns, size_t *offset) {
  try {
    if (!run->data_stream) {
      FILE *file = fdopen(fcntl(run->data.get(), F_DUPFD_CLOEXEC, first_own_descriptor), "w");
      if (!file) return run->refuse_system();
      run->data_stream = std::make_unique<Gnuplot>(file);
    }
    std::vector<std::vector<double>> set;
    set.reserve(columns);
    for (size_t column = 0; column < columns; ++column) {
      set.emplace_back(values + column * rows, values + (column + 1) * rows);
    }
    errno = 0;
    run->data_stream->sendBinary1d_colmajor(set);
    run->data_stream->flush();
    *offset = run->data_size;
    run->data_size += rows * columns * sizeof(double);
    const off_t size = lseek(run->data.get(), 0, SEEK_END);
    if (!run->data_stream->good() || size != static_cast<off_t>(run->data_size)) return run->refuse_system();
    return CG_DONE;
  } catch (...) {
    return run->refuse_system();
  }
}

cg_status cg_start(
    cg_run *run, const char *program, const char *folder, const char *script, size_t length,
    int is_confined) {
  try {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return run->refuse_system();
    Descriptor reading = Descriptor::raised(ends[0]);
    Descriptor writing = Descriptor::raised(ends[1]);
    if (!reading || !writing || !write_all(run->script.get(), script, length)) return run->refuse_system();
    if (const int number = run->spawn(program, folder, reading.get(), is_confined != 0)) {
      run->pid = -1;
      return run->refuse(number);
    }
    reading.reset();
    run->process = Descriptor(static_cast<int>(syscall(SYS_pidfd_open, run->pid, 0)));
    WithoutSigpipe guard;
    FILE *file = fdopen(writing.get(), "w");
    if (!file) return run->refuse_system();
    writing.release();
    // A script read from a file stops at its first error; one read from the pipe would go on.
    Gnuplot gnuplot(file);
    gnuplot << "load \"/dev/fd/" << script_descriptor << "\"\n" << std::flush;
    return CG_RUNNING;
  } catch (...) {
    return run->refuse_system();
  }
}

cg_status cg_wait(cg_run *run, int milliseconds) {
  if (!run->reap(WNOHANG)) {
    if (run->process) {
      pollfd watched{run->process.get(), POLLIN, 0};
      poll(&watched, 1, milliseconds);
    } else {
      const timespec pause{milliseconds / 1000, (milliseconds % 1000) * 1000000L};
      nanosleep(&pause, nullptr);
    }
    if (!run->reap(WNOHANG)) return CG_RUNNING;
  }
  return run->signal != 0 ? CG_KILLED : CG_DONE;
}

void cg_kill(cg_run *run) {
  if (run->pid < 0 || run->has_ended) return;
  kill(-run->pid, SIGKILL);
  kill(run->pid, SIGKILL);
  run->reap(0);
}

const uint8_t *cg_output(cg_run *run, size_t *length) {
  read_all(run->output.get(), run->output_bytes);
  *length = run->output_bytes.size();
  return run->output_bytes.data();
}

const uint8_t *cg_messages(cg_run *run, size_t *length) {
  read_all(run->messages.get(), run->message_bytes);
  *length = run->message_bytes.size();
  return run->message_bytes.data();
}

int cg_exit_code(const cg_run *run) { return run->exit_code; }
int cg_signal(const cg_run *run) { return run->signal; }
int cg_error_number(const cg_run *run) { return run->error_number; }

void cg_destroy(cg_run *run) {
  if (!run) return;
  cg_kill(run);
  delete run;
}

}  // extern "C"
