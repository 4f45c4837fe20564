// Random meshes as the YAML that a user could have written: whatever the simulator knows may occur.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tests/support/dice.h"
#include "tests/support/random_guards.h"
#include "tests/support/random_lives.h"

namespace mesh::testing {

/// The same seed gives the same text; `meshsim run` on it repeats a failure.
class RandomMesh : public Dice {
 public:
  explicit RandomMesh(std::uint64_t seed) : Dice(seed), lives_(seed) {}

  /// A few seconds of simulated time: services that call services with a higher number, so that no
  /// request goes round in a circle. Loads stop after `load_seconds`.
  std::string yaml() {
    services_ = 1 + below(6);
    versions_.clear();
    for (std::uint32_t s = 0; s < services_; ++s) versions_.push_back(flip() ? 1 : 2);
    std::string text = scenario();
    for (std::uint32_t s = 0; s < services_; ++s) text += "---\n" + manifests(s);
    for (std::uint32_t s = 0; s < services_; ++s) {
      text += "---\n" + destination_rule(s) + "---\n" + virtual_service(s);
    }
    return text + "---\n" + way_in();
  }

  static constexpr int load_seconds = 6;

  std::string instant() { return ms(0, load_seconds * 1000); }

 private:
  std::string law() {
    const std::string mean = "{mean: " + ms(1, 20);
    switch (below(7)) {
      case 0:
        return "{lognormal: " + mean + ", cv: " + text(1 + below(3)) + "}}";
      case 1:
        return "{exponential: " + mean + "}}";
      case 2:
        return "{gamma: " + mean + ", cv: 0.5}}";
      case 3:
        return "{uniform: {min: 1ms, max: " + ms(2, 30) + "}}";
      case 4:
        return "0ms";
      default:
        return ms(1, 15);
    }
  }

  // ---- names ------------------------------------------------------------------------------------

  static std::string service(std::uint32_t s) { return "s" + text(s); }
  std::string workload(std::uint32_t s) {
    return service(s) + "-v" + text(1 + below(versions_[s]));
  }
  std::string any_workload() { return workload(below(services_)); }

  // ---- manifests --------------------------------------------------------------------------------

  std::string manifests(std::uint32_t s) {
    const std::string name = service(s);
    const std::string port_name = rarely() ? "grpc" : "http";
    std::string out = "apiVersion: v1\nkind: Service\nmetadata: {name: " + name +
                      "}\nspec:\n  selector: {app: " + name + "}\n  ports: [{name: " + port_name +
                      ", port: 80}]\n";
    for (std::uint32_t v = 1; v <= versions_[s]; ++v) out += "---\n" + deployment(s, v);
    return out;
  }
  std::string deployment(std::uint32_t s, std::uint32_t version) {
    const std::string labels = "{app: " + service(s) + ", version: v" + text(version) + "}";
    return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " + service(s) + "-v" +
           text(version) + "}\nspec:\n  replicas: " + text(1 + below(4)) +
           "\n  selector: {matchLabels: " + labels +
           "}\n  template:\n    metadata: {labels: " + labels +
           "}\n    spec: {containers: [{name: app, image: example.com/app" + lives_.resources() +
           "}]}\n" + lives_.autoscaler(service(s) + "-v" + text(version));
  }

  std::string way_in() {
    return "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: door}\nspec:\n"
           "  selector: {istio: ingressgateway}\n  servers:\n"
           "  - {port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}\n---\n"
           "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: door}\n"
           "spec:\n  hosts: ['*']\n  gateways: [door]\n  http:\n" +
           route(0);
  }

  // ---- rules ------------------------------------------------------------------------------------

  std::string destination_rule(std::uint32_t s) {
    std::string out =
        "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: " +
        service(s) + "}\nspec:\n  host: " + service(s) + "\n  trafficPolicy:\n" +
        "    loadBalancer: " + balancer() + "\n";
    if (flip()) out += "    connectionPool: " + connection_pool() + "\n";
    if (flip()) out += "    outlierDetection: " + outlier_detection() + "\n";
    out += "  subsets:\n";
    for (std::uint32_t v = 1; v <= versions_[s]; ++v) {
      out += "  - {name: v" + text(v) + ", labels: {version: v" + text(v) + "}";
      if (rarely()) out += ", trafficPolicy: {connectionPool: " + connection_pool() + "}";
      out += "}\n";
    }
    return out;
  }
  std::string balancer() {
    return pick({"{simple: ROUND_ROBIN}", "{simple: RANDOM}", "{simple: LEAST_REQUEST}",
                 "{consistentHash: {useSourceIp: true}}",
                 "{consistentHash: {httpHeaderName: x-user, maglev: {tableSize: 251}}}",
                 "{simple: ROUND_ROBIN, warmup: {duration: 2s}}"});
  }
  std::string connection_pool() {
    std::string tcp, http;
    if (flip()) tcp += "maxConnections: " + text(1 + below(8)) + ", ";
    if (rarely()) tcp += "connectTimeout: " + ms(1, 50) + ", ";
    if (rarely()) tcp += "maxConnectionDuration: " + ms(100, 3000) + ", ";
    if (flip()) http += "http1MaxPendingRequests: " + text(1 + below(8)) + ", ";
    if (flip()) http += "http2MaxRequests: " + text(1 + below(20)) + ", ";
    if (rarely()) http += "maxRequestsPerConnection: " + text(1 + below(20)) + ", ";
    if (flip()) http += "maxRetries: " + text(1 + below(4)) + ", ";
    if (rarely()) http += "idleTimeout: " + ms(10, 500) + ", ";
    if (rarely()) http += "h2UpgradePolicy: UPGRADE, ";
    if (rarely()) http += "maxConcurrentStreams: " + text(1 + below(5)) + ", ";
    return "{tcp: {" + trimmed(tcp) + "}, http: {" + trimmed(http) + "}}";
  }
  static std::string trimmed(const std::string& list) {
    return list.empty() ? list : list.substr(0, list.size() - 2);
  }
  std::string outlier_detection() {
    std::string out = "{consecutive5xxErrors: " + text(1 + below(6));
    if (rarely()) out += ", consecutiveGatewayErrors: " + text(1 + below(4));
    if (rarely()) {
      out += ", splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailures: " +
             text(1 + below(4));
    }
    if (rarely()) out += ", minHealthPercent: " + text(below(101));
    return out + ", interval: " + ms(100, 1500) + ", baseEjectionTime: " + ms(100, 2000) +
           ", maxEjectionPercent: " + text(below(101)) + "}";
  }

  std::string virtual_service(std::uint32_t s) {
    std::string out =
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: " + service(s) +
        "}\nspec:\n  hosts: [" + service(s) + "]\n  http:\n";
    if (rarely()) {
      out += "  - match: [{uri: {prefix: /a}}]\n    directResponse: {status: " +
             pick({"200", "404", "503"}) + "}\n";
    }
    return out + route(s);
  }
  /// An item of `http`, indented by two.
  std::string route(std::uint32_t s) {
    std::string out = "  - route:\n";
    if (versions_[s] == 1 || rarely()) {
      out += "    - destination: {host: " + service(s) + "}\n";
    } else {
      const std::uint32_t weight = below(101);
      for (std::uint32_t v = 1; v <= 2; ++v) {
        out += "    - {destination: {host: " + service(s) + ", subset: v" + text(v) +
               "}, weight: " + text(v == 1 ? weight : 100 - weight) + "}\n";
      }
    }
    if (flip()) out += "    timeout: " + ms(1, 400) + "\n";
    if (flip()) out += "    retries: " + retries() + "\n";
    if (rarely()) {
      out += "    fault:\n      delay: {fixedDelay: " + ms(1, 60) +
             ", percentage: {value: " + text(below(60)) +
             "}}\n      abort: {httpStatus: " + pick({"400", "503", "500"}) +
             ", percentage: {value: " + text(below(60)) + "}}\n";
    }
    if (rarely()) {
      out += "    mirror: {host: " + service(services_ - 1) +
             "}\n    mirrorPercentage: {value: " + text(below(101)) + "}\n";
    }
    return out;
  }
  std::string retries() {
    const std::uint32_t attempts = below(5);
    if (attempts == 0) return "{attempts: 0}";
    std::string out = "{attempts: " + text(attempts) + ", retryOn: '" +
                      pick({"5xx", "gateway-error,connect-failure,refused-stream", "reset,503",
                            "retriable-4xx,5xx", "connect-failure"}) +
                      "'";
    if (flip()) out += ", perTryTimeout: " + ms(1, 120);
    if (rarely()) out += ", backoff: " + ms(1, 40);
    if (rarely()) out += ", retryIgnorePreviousHosts: false";
    return out + "}";
  }

  // ---- applications -----------------------------------------------------------------------------

  std::string behaviour(std::uint32_t s, std::uint32_t version) {
    std::string out = "      " + service(s) + "-v" + text(version) + ":\n";
    const auto row = [&out](const std::string& line) { out += "        " + line + "\n"; };
    row("time: " + law());
    row("workers: " + (rarely() ? "unlimited" : text(1 + below(12))));
    row("queue: " + queue());
    out += lives_.words("        ");
    if (rarely()) row("cpu: " + cpu());
    if (flip()) row("cancel: true");
    if (rarely()) row("deadline: propagate");
    if (rarely()) row("errorRate: " + percent(60));
    if (rarely()) row("overflowStatus: 429");
    if (rarely()) row("locality: " + pick({"r1/z1", "r1/z2", "r2/z1"}));
    if (below(8) == 0) row("sidecar: " + pick({"false", "outbound", "inbound"}));
    if (rarely()) {
      const std::uint32_t from = below(load_seconds * 1000);
      row("down: [{from: " + text(from) + "ms, to: " + text(from + 1 + below(1500)) + "ms, drop: " +
          pick({"true", "false"}) + ", keepConnections: " + pick({"true", "false"}) + "}]");
    }
    if (flip()) {
      row("priority: " + text(below(3)));
      row("handlers: [{match: {path: /a}, priority: 0}, {match: {path: /b}, priority: 2}]");
    }
    if (rarely()) row("rules: [" + rule() + ", " + rule() + "]");
    if (s + 1 < services_ && below(4) != 0) row("script: " + script(s, 0));
    return out;
  }
  std::string cpu() {
    if (flip()) return text(1 + below(4));
    return "{cores: 4, limit: " + text(50 + below(3000)) + "m, period: " + ms(1, 200) + "}";
  }
  std::string queue() {
    const std::string places = text(below(40));
    if (flip()) return places;
    std::string out = "{places: " + places;
    out += ", order: " + pick({"fifo", "lifo", "adaptive", "priority"});
    if (flip()) out += ", full: dropOldest";
    if (rarely()) out += ", patience: " + law();
    if (rarely()) out += ", codel: " + ms(1, 20);
    if (rarely()) out += ", shedLate: " + ms(0, 20);
    return out + ", congestedAfter: " + ms(21, 60) + "}";
  }
  std::string rule() {
    const std::string when =
        pick({"{nth: '1-3,9,40-'}", "{cycle: {of: 5, at: [1, 2]}}", "{chance: {p: 20%, seed: 3}}",
              "{after: 1s, before: 3s}", "{headers: {x-envoy-attempt-count: '2'}}"});
    const std::string then = pick({"{status: 503}", "{action: reset}", "{action: close}",
                                   "{action: resetAfterHeaders}", "{time: 200ms, status: 500}",
                                   "{status: 200, headers: {connection: close}}", "{status: 429}"});
    return "{when: " + when + ", then: " + then + "}";
  }
  std::string script(std::uint32_t s, int depth) {
    std::string out = "[";
    for (std::uint32_t i = 0, n = 1 + below(3); i < n; ++i) {
      if (i > 0) out += ", ";
      switch (below(7)) {
        case 0:
          out += "{work: " + law() + "}";
          break;
        case 5:
        case 6:
          if (depth < 2) {
            out += step_of_steps(s, depth + 1);
            break;
          }
          [[fallthrough]];
        case 1:
          out += "{sleep: " + ms(1, 10) + "}";
          break;
        case 2:
          if (depth < 2) {
            out += "[" + script(s, depth + 1) + ", " + script(s, depth + 1) + "]";
            break;
          }
          [[fallthrough]];
        default:
          out += call(s);
      }
    }
    return out + "]";
  }
  std::string step_of_steps(std::uint32_t s, int depth) {
    switch (below(3)) {
      case 0:
        return "{repeat: {times: " + text(1 + below(3)) + ", chance: " + percent(100) +
               ", script: " + script(s, depth) + "}}";
      case 1:
        return "{choose: [{weight: 2, script: " + script(s, depth) +
               "}, {script: []}, {script: " + script(s, depth) + "}]}";
      default:
        return "{parallel: {wait: " + pick({"any", "2", "all"}) + ", branches: [" +
               script(s, depth) + ", " + script(s, depth) + ", {sleep: " + ms(0, 9) + "}]}}";
    }
  }
  std::string call(std::uint32_t s) {
    const bool exists = below(25) != 0;
    std::string out =
        "{call: {service: " + (exists ? service(s + 1 + below(services_ - s - 1)) : "nowhere") +
        ", path: " + pick({"/", "/a", "/b"});
    if (flip()) out += ", timeout: " + ms(1, 200);
    if (below(8) == 0) return out + ", wait: false}}";
    if (flip()) out += ", onError: degrade";
    if (rarely()) out += ", statusOnError: same";
    if (rarely()) out += ", retry: " + random_retry(*this);
    out += random_guards(*this);
    return out + "}}";
  }

  // ---- what happens -----------------------------------------------------------------------------

  std::string load(std::uint32_t number) {
    std::string out = "  - name: l" + text(number) + "\n    to: ";
    if (number == 0) {
      out += "{gateway: door, host: shop.example, path: /}\n";
    } else {
      out += "{service: " + service(below(services_)) + ", path: /}\n";
      if (flip()) out += "    from: " + any_workload() + "\n";
    }
    out += "    stop: " + text(load_seconds) + "s\n";
    if (flip()) out += "    timeout: " + ms(5, 600) + "\n";
    if (rarely()) out += "    retry: " + random_retry(*this) + "\n";
    if (rarely()) out += "    priority: " + text(below(8)) + "\n";
    if (rarely()) out += "    connections: " + text(1 + below(9)) + "\n";
    switch (below(4)) {
      case 0:
        return out + "    closed: {users: " + text(1 + below(30)) +
               ", think: {exponential: {mean: " + ms(1, 300) + "}}" + ", stagger: " + ms(0, 40) +
               "}\n";
      case 1:
        return out + "    open: {rate: [{at: 0s, rps: " + text(1 + below(80)) +
               "}, {at: 2s, rps: " + text(below(200)) +
               ", ramp: true}, {at: 4s, rps: " + text(below(100)) + "}]}\n";
      case 2:
        return out + "    open: {arrivals: constant, rate: " + text(1 + below(120)) + "}\n";
      default:
        return out + "    open: {rate: " + text(1 + below(150)) + "}\n";
    }
  }
  std::string fault() {
    std::string what = pick({"crash", "slow", "delay", "errors", "hang"});
    std::string of = "workload: " + any_workload();
    if (flip()) of += ", replicas: 1";
    if (what == "slow") of += ", factor: " + text(1 + below(30));
    if (what == "delay") of += ", time: " + law();
    if (what == "errors") of += ", share: " + percent(100) + ", status: 503";
    const std::string lasting = "for: " + ms(1, 3000) + ", ";
    if (what == "crash" && lives_.restarts()) {
      return "  - {at: " + instant() + ", crash: {restart: true, " + of + "}}\n";
    }
    return "  - {at: " + instant() + ", " + lasting + what + ": {" + of + "}}\n";
  }
  std::string change() {
    const std::string at = "  - at: " + instant() + "\n    ";
    if (flip()) {
      return at + "scale: {workload: " + any_workload() + ", replicas: " + text(below(6)) + "}\n";
    }
    const std::uint32_t s = below(services_);
    const std::string object = flip() ? destination_rule(s) : virtual_service(s);
    std::string indented;
    for (const char c : object) indented += c == '\n' ? std::string("\n      ") : std::string(1, c);
    while (indented.back() == ' ' || indented.back() == '\n') indented.pop_back();
    return at + "apply:\n      " + indented + "\n";
  }

  std::string scenario() {
    std::string out =
        "apiVersion: meshsim.dev/v1alpha1\nkind: Scenario\n"
        "metadata: {name: swarm}\nspec:\n"
        "  platform:\n    network: {sameZone: {rtt: " +
        text(below(600)) + "us, jitter: " + text(below(2) * below(300)) +
        "us}}\n    sidecar: {cost: " + text(below(300)) + "us, concurrency: " + text(1 + below(3)) +
        "}\n  behaviour:\n    workloads:\n";
    for (std::uint32_t s = 0; s < services_; ++s) {
      for (std::uint32_t v = 1; v <= versions_[s]; ++v) out += behaviour(s, v);
    }
    out += "  load:\n";
    for (std::uint32_t i = 0, n = 1 + below(3); i < n; ++i) out += load(i);
    const std::uint32_t faults = below(4), changes = below(4);
    if (faults > 0) out += "  faults:\n";
    for (std::uint32_t i = 0; i < faults; ++i) out += fault();
    if (changes > 0) out += "  changes:\n";
    for (std::uint32_t i = 0; i < changes; ++i) out += change();
    return out + "  run: {until: " + text(load_seconds) + "s, seed: " + text(below(1000)) +
           "}\n  record: {requests: true}\n";
  }

  RandomLives lives_;
  std::uint32_t services_ = 1;
  std::vector<std::uint32_t> versions_;
};

}  // namespace mesh::testing
