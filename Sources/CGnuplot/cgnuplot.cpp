// gnuplot as a child process, driven through gnuplot-iostream on a pipe that we open and a child that we spawn:
// the library's own popen neither notices a missing program nor sees its messages.
#include "cgnuplot.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
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

// What spawning needs and must give back.
class SpawnPlan {
 public:
  SpawnPlan() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

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

  int spawn(const char *program, const char *folder, int input) {
    SpawnPlan plan;
    posix_spawn_file_actions_adddup2(&plan.actions, input, 0);
    posix_spawn_file_actions_adddup2(&plan.actions, output.get(), 1);
    posix_spawn_file_actions_adddup2(&plan.actions, messages.get(), 2);
    posix_spawn_file_actions_adddup2(&plan.actions, script.get(), script_descriptor);
    posix_spawn_file_actions_adddup2(&plan.actions, data.get(), data_descriptor);
    if (folder) posix_spawn_file_actions_addchdir_np(&plan.actions, folder);
    sigset_t restored, none;
    sigemptyset(&none);
    sigemptyset(&restored);
    for (int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP}) sigaddset(&restored, number);
    posix_spawnattr_setsigdefault(&plan.attributes, &restored);
    posix_spawnattr_setsigmask(&plan.attributes, &none);
    // A group of its own: Ctrl-C at the terminal must not reach it, and a kill must reach what it starts.
    posix_spawnattr_setpgroup(&plan.attributes, 0);
    posix_spawnattr_setflags(
        &plan.attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    // -d: neither the system's nor the user's start-up files.
    char *const arguments[] = {const_cast<char *>(program), const_cast<char *>("-d"), nullptr};
    Environment environment;
    return posix_spawnp(&pid, program, &plan.actions, &plan.attributes, arguments, environment.get());
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
    cg_run *run, const char *program, const char *folder, const char *script, size_t length) {
  try {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return run->refuse_system();
    Descriptor reading = Descriptor::raised(ends[0]);
    Descriptor writing = Descriptor::raised(ends[1]);
    if (!reading || !writing || !write_all(run->script.get(), script, length)) return run->refuse_system();
    if (const int number = run->spawn(program, folder, reading.get())) {
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
