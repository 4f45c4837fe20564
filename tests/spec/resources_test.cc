// From documents to objects: kinds, versions, lists, duplicates, samples, mutations.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "tests/spec/snippets.h"
#include "tests/support/paths.h"

namespace mesh {
namespace {

using testing::complaints;
using testing::read_text;

const std::string account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a}\n";

TEST_CASE("resources: empty documents are skipped, others need apiVersion and kind") {
  CHECK_EQ(complaints("---\n# nothing\n---\n" + account + "---\n{}\n", Severity::Info), "");
  CHECK_EQ(complaints("kind: Service\nmetadata: {name: x}\n"),
           "error MS0112: apiVersion is missing");
  CHECK_EQ(complaints("apiVersion: v1\n"), "error MS0112: kind is missing");
  CHECK_EQ(complaints("a: b\n"), "error MS0112: apiVersion and kind are missing");
  CHECK_EQ(complaints("[a]\n"), "error MS0112: a document is a Kubernetes object, found a list");
  CHECK_EQ(complaints("text\n"),
           "error MS0112: a document is a Kubernetes object, found the text \"text\"");
}

TEST_CASE("resources: the same kinds in every version of Istio's API") {
  for (const char* version : {"v1", "v1beta1", "v1alpha3"}) {
    std::string yaml = testing::istio_object("DestinationRule", "host: a");
    yaml.replace(yaml.find("/v1") + 1, 2, version);
    const auto result = read_text(yaml);
    CHECK(result.problems.empty());
    CHECK(result.resources.destination_rules.size() == 1);
  }
}

TEST_CASE("resources: a version that does not exist is refused with those that do") {
  const auto problems =
      read_text(
          "apiVersion: extensions/v1beta1\nkind: Ingress\n---\n"
          "apiVersion: apps/v1beta2\nkind: Deployment\nmetadata: {name: x}\n---\n"
          "apiVersion: networking.istio.io/v1alpha1\nkind: Gateway\nmetadata: {name: y}\n")
          .problems;
  REQUIRE(problems.items().size() == 3);
  CHECK_EQ(to_string(problems.items()[0]),
           "test.yaml:2:7: info [MS0302] Ingress: Ingress (extensions/v1beta1) is not used");
  CHECK_EQ(to_string(problems.items()[1]),
           "test.yaml:4:13: error [MS0113] Deployment/x: Deployment does not exist in "
           "apps/v1beta2\n  fix: apiVersion: apps/v1");
  CHECK(problems.items()[2].hint ==
        "apiVersion: networking.istio.io/v1, networking.istio.io/v1beta1, "
        "networking.istio.io/v1alpha3");
}

TEST_CASE("resources: other kinds are named, misspelt ones with the right word") {
  const auto problems = read_text(
                            "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\n"
                            "metadata: {name: default, namespace: shop}\n---\n"
                            "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\n"
                            "metadata: {name: g}\n---\n"
                            "apiVersion: apps/v1\nkind: Deploymnet\nmetadata: {name: d}\n")
                            .problems;
  REQUIRE(problems.items().size() == 3);
  CHECK_EQ(to_string(problems.items()[0]),
           "test.yaml:2:7: info [MS0302] PeerAuthentication/default.shop: PeerAuthentication "
           "(security.istio.io/v1) is not used");
  CHECK(problems.items()[1].severity == Severity::Info);
  CHECK(problems.items()[2].severity == Severity::Warning);
  CHECK(problems.items()[2].hint == "did you mean Deployment?");
}

TEST_CASE("resources: lists are opened, also lists of lists") {
  const std::string list = "apiVersion: v1\nkind: List\nitems:\n- " +
                           testing::indented(account, 2).substr(2) +
                           "- apiVersion: v1\n  kind: ServiceAccountList\n  items:\n  - " +
                           testing::indented(account, 4).substr(4);
  const auto result = read_text(list);
  CHECK_EQ(complaints(result.problems),
           "warning MS0303: replaces the object of the same name at "
           "test.yaml:4:3");
  CHECK(result.resources.service_accounts.size() == 1);
}

TEST_CASE("resources: of two objects with one name the later holds, in the first one's place") {
  const auto rule = [](const std::string& name, const std::string& space, const std::string& host) {
    return "---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: " +
           name + ", namespace: " + space + "}\nspec: {host: " + host + "}\n";
  };
  const auto result = read_text(rule("a", "s", "first") + rule("b", "s", "x") +
                                rule("a", "t", "z") + rule("a", "s", "second"));
  CHECK_EQ(complaints(result.problems),
           "warning MS0303: replaces the object of the same name at test.yaml:2:1");
  REQUIRE(result.resources.destination_rules.size() == 3);
  CHECK(result.resources.destination_rules[0].host == "second");
}

TEST_CASE("resources: an object without a name is an error and is not kept") {
  const auto result = read_text("apiVersion: v1\nkind: ServiceAccount\nmetadata: {}\n");
  CHECK_EQ(complaints(result.problems), "error MS0105 metadata: name is required");
  CHECK(result.resources == Resources{});
}

std::vector<std::filesystem::path> yaml_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

TEST_CASE("resources: Istio's own samples are read without errors") {
  const auto shared = testing::shared_dir();
  if (!shared || !std::filesystem::exists(*shared / "corpus" / "istio-samples")) {
    MESSAGE("skipped: the shared corpus of Istio's samples is not there");
    return;
  }
  std::size_t objects = 0;
  for (const auto& file : yaml_files(*shared / "corpus" / "istio-samples")) {
    if (file.filename() == "swagger.yaml") continue;  // not a Kubernetes object
    CAPTURE(file.string());
    const auto result = read_text(testing::read_file(file));
    std::string errors;
    for (const Diagnostic& d : result.problems) {
      if (d.severity == Severity::Error) errors += to_string(d) + "\n";
      CHECK(d.place.line > 0);
    }
    CHECK_EQ(errors, "");
    const Resources& r = result.resources;
    objects += r.services.size() + r.workloads.size() + r.virtual_services.size() +
               r.destination_rules.size() + r.gateways.size();
  }
  CHECK(objects > 140);
}

TEST_CASE("resources: the analyzer's corpus is read to its end") {
  const auto shared = testing::shared_dir();
  if (!shared || !std::filesystem::exists(*shared / "corpus" / "analyze")) {
    MESSAGE("skipped: the shared corpus of analyzer cases is not there");
    return;
  }
  for (const auto& file : yaml_files(*shared / "corpus" / "analyze")) {
    CAPTURE(file.string());
    for (const Diagnostic& d : read_text(testing::read_file(file)).problems) {
      CHECK_FALSE(d.what.empty());
      CHECK_FALSE(d.code.empty());
    }
  }
}

// A file with every structure that the tables know, as the soil for mutations.
const std::string everything = R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, labels: {app: cart}}
spec:
  replicas: 2
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
      - name: app
        ports: [{containerPort: 80}]
        resources: {limits: {cpu: 500m, memory: 1Gi}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart}
spec:
  hosts: [cart]
  http:
  - match: [{uri: {prefix: /a}, headers: {x: {regex: 'a+'}}, port: 80}]
    route:
    - {destination: {host: cart, subset: v1, port: {number: 80}}, weight: 90}
    - {destination: {host: cart}, weight: 10}
    timeout: 5s
    retries: {attempts: 2, retryOn: '5xx,503', perTryTimeout: 1s}
    fault: {delay: {fixedDelay: 1s, percentage: {value: 10}}}
    mirror: {host: b}
    headers: {request: {set: {a: b}, remove: [c]}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart}
spec:
  host: cart
  trafficPolicy:
    loadBalancer: {consistentHash: {httpCookie: {name: a, ttl: 0s}, maglev: {tableSize: 7}}}
    connectionPool: {http: {http2MaxRequests: 1}, tcp: {idleTimeout: 1h}}
    outlierDetection: {interval: 1s, maxEjectionPercent: 100}
    portLevelSettings: [{port: {number: 80}, tls: {mode: MUTUAL}}]
  subsets: [{name: v1, labels: {version: v1}}]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: front}
spec:
  servers: [{port: {number: 443, name: a, protocol: HTTPS}, hosts: ['*'], tls: {mode: SIMPLE}}]
)";

/// Text pieces that move a document from one shape to another.
const std::vector<std::string> pieces = {"",
                                         "{}",
                                         "[]",
                                         "null",
                                         "~",
                                         "on",
                                         "0",
                                         "-1",
                                         "1e400",
                                         ".nan",
                                         "'",
                                         "\"",
                                         ": ",
                                         "- ",
                                         "\n",
                                         "  ",
                                         "{",
                                         "}",
                                         "[",
                                         "]",
                                         "&a ",
                                         "*a",
                                         "!!int ",
                                         "|\n",
                                         "<<: ",
                                         "0x7fffffffffffffff",
                                         "99999999999999999999",
                                         "\xff",
                                         "\t",
                                         "5s",
                                         "-5s",
                                         "%",
                                         "(?"};

std::string mutated(const std::string& text, std::mt19937_64& random) {
  std::string out = text;
  const int changes = 1 + static_cast<int>(random() % 3);
  for (int i = 0; i < changes; ++i) {
    const std::size_t at = random() % out.size();
    const std::size_t length = std::min<std::size_t>(random() % 12, out.size() - at);
    if (random() % 4 == 0) {
      out.insert(at, out.substr(random() % out.size(), random() % 40));
    } else {
      out.replace(at, length, pieces[random() % pieces.size()]);
    }
    if (out.empty()) out = " ";
  }
  return out;
}

TEST_CASE("resources: random damage gives diagnostics, never a crash") {
  std::mt19937_64 random(20260101);  // its output is fixed by the standard
  std::size_t refused = 0;
  for (int round = 0; round < 2000; ++round) {
    const std::string text = mutated(everything, random);
    CAPTURE(round);
    const auto result = read_text(text);
    refused += result.problems.has_errors() ? 1 : 0;
    for (const Diagnostic& d : result.problems) CHECK_FALSE(to_string(d).empty());
    CHECK(read_text(text).problems == result.problems);
  }
  CHECK(refused > 1000);
}

}  // namespace
}  // namespace mesh
