// A broken invariant stops the program, with its place.
#include "libmesh/base/check.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

namespace mesh {

TEST_CASE("check: a true condition costs nothing, a false one aborts and names file and text") {
  MESH_CHECK(1 + 1 == 2);
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);
    dup2(ends[1], STDERR_FILENO);
    MESH_CHECK(1 + 1 == 3);
    _exit(0);
  }
  close(ends[1]);
  std::string text(1'000, '\0');
  const ssize_t length = read(ends[0], text.data(), text.size());
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGABRT);
  REQUIRE(length > 0);
  CHECK(text.find("check_test.cc") != std::string::npos);
  CHECK(text.find("broken invariant: 1 + 1 == 3") != std::string::npos);
}

}  // namespace mesh
