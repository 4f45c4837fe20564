// A user's program: runs the scenario it is given and prints the fingerprint.
#include <libmesh/mesh.h>

#include <cstdio>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const mesh::Scenario scenario = mesh::load_scenario(argv[1]);
  const mesh::CompileResult compiled = mesh::compile(scenario);
  if (compiled.plan == nullptr) {
    for (const mesh::Diagnostic& problem : compiled.problems) {
      std::fprintf(stderr, "%s\n", to_string(problem).c_str());
    }
    return 65;
  }
  const auto record = mesh::run(compiled.plan);
  std::printf("fingerprint  %016llx\n", static_cast<unsigned long long>(record->info.fingerprint));
}
