// The stories of scenarios/: what each run comes to, and that it tells what it promises.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "libmesh/analysis/littles_law.h"
#include "libmesh/mesh.h"
#include "tests/support/golden.h"
#include "tests/support/paths.h"
#include "tests/support/story.h"

namespace mesh {
namespace {

using namespace testing;
namespace fs = std::filesystem;

/// Every Scenario document below scenarios/: "bookinfo_breaker", then its variants
/// "bookinfo_breaker.without-limits".
std::map<std::string, fs::path> stories() {
  std::map<std::string, fs::path> found;
  for (const fs::directory_entry& folder : fs::directory_iterator(source_dir() / "scenarios")) {
    if (!folder.is_directory()) continue;
    for (const fs::directory_entry& file : fs::directory_iterator(folder)) {
      if (file.path().extension() != ".yaml") continue;
      if (read_file(file.path()).find("\nkind: Scenario\n") == std::string::npos) continue;
      const std::string stem = file.path().stem().string();
      const std::string name = folder.path().filename().string();
      found[stem == "scenario" ? name : name + "." + stem] = file.path();
    }
  }
  return found;
}

std::shared_ptr<const Plan> planned(const Scenario& scenario) {
  for (const Diagnostic& problem : scenario.diagnostics) CAPTURE(to_string(problem));
  REQUIRE(!scenario.diagnostics.has_errors());
  const CompileResult result = compile(scenario);
  for (const Diagnostic& problem : result.problems) CAPTURE(to_string(problem));
  REQUIRE(result.plan != nullptr);
  return result.plan;
}

std::shared_ptr<const RunRecord> told(const Scenario& scenario) {
  return run(planned(scenario));
}

/// The named scenario of the repository.
Scenario story(const std::string& name) {
  return load_scenario(stories().at(name).string());
}

struct Span {
  std::uint32_t from_s = 0, to_s = 0;
};

std::uint32_t edge_between(const RunRecord& record, const std::string& source,
                           const std::string& destination) {
  for (std::uint32_t e = 0; e < record.edges.size(); ++e) {
    const Edge& edge = record.edges[e];
    const bool from = record.names.workloads[edge.source] == source;
    if (from && edge.destination.valid() &&
        record.names.workloads[edge.destination] == destination) {
      return e;
    }
  }
  return 0xffffffffu;
}

/// Requests of an edge, or all of a source to pods of none, that ended in [from, to) with `code`
/// (0 = any) and, if given, the flag.
double requests(const RunRecord& record, std::uint32_t row, Span span, std::uint16_t code = 0) {
  const OutcomeSeries& series = record.series_by_edge;
  const auto width = static_cast<std::uint32_t>(record.bucket.ns / 1'000'000'000);
  double sum = 0;
  for (std::size_t i = 0; i < series.row.size(); ++i) {
    const std::uint32_t at_s = series.bucket[i] * width;
    if (series.row[i] != row || at_s < span.from_s || at_s >= span.to_s) continue;
    if (code == 0 || record.outcomes[series.outcome[i]].code == code) {
      sum += static_cast<double>(series.count[i]);
    }
  }
  return sum;
}

/// A quantile of a load's latency over the answers of a time span, to within one bin.
double quantile_ms(const RunRecord& record, double q, Span span) {
  const LatencySeries& series = record.latency_series_by_load;
  std::map<std::uint32_t, std::uint64_t> bins;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < series.bucket.size(); ++i) {
    if (series.bucket[i] < span.from_s || series.bucket[i] >= span.to_s) continue;
    bins[series.bin[i]] += series.count[i];
    total += series.count[i];
  }
  std::uint64_t before = 0;
  for (const auto& [bin, count] : bins) {
    before += count;
    if (static_cast<double>(before) >= q * static_cast<double>(total)) {
      return as_milliseconds(Histogram::lower(bin));
    }
  }
  return 0;
}

std::uint64_t flagged(const RunRecord& record, const std::string& source, ResponseFlag flag) {
  std::uint64_t sum = 0;
  const OutcomeTable& table = record.requests_by_edge;
  for (std::size_t i = 0; i < table.count.size(); ++i) {
    if (record.names.workloads[record.edges[table.row[i]].source] != source) continue;
    if (record.outcomes[table.outcome[i]].flags.has(flag)) sum += table.count[i];
  }
  return sum;
}

/// Little's law of every workload that saw enough traffic to judge it by one sample a second.
void check_littles_law(const RunRecord& record) {
  for (const LittleRow& row : littles_law(record)) {
    const std::uint64_t served = record.service_time_by_workload[row.workload.value].count();
    if (served < 5000 || row.expected() < 0.05) continue;
    CAPTURE(record.names.workloads[row.workload]);
    CAPTURE(row.present);
    CAPTURE(row.expected());
    // The law is exact for the mean over time. Its mean over n samples errs like that of n counts
    // with a variance near their mean, or near its square where a queue comes and goes.
    const double samples = static_cast<double>(record.samples.at_ns.size()) /
                           static_cast<double>(record.names.workloads.size());
    const double variance = row.expected() + 0.1 * row.expected() * row.expected();
    CHECK(std::abs(row.present - row.expected()) < 5 * std::sqrt(variance / samples));
  }
}

TEST_CASE("stories: each comes to what its golden says and keeps Little's law") {
  for (const auto& [name, path] : stories()) {
    CAPTURE(name);
    const Scenario scenario = load_scenario(path.string());
    const auto record = told(scenario);
    check_golden(name + ".txt", story_text(*record, scenario.thresholds));
    // Where a backlog grows to the end there is no mean to judge.
    const bool steady = record->info.requests_in_flight * 100 < record->info.requests_created;
    if (steady) check_littles_law(*record);
  }
}

TEST_CASE("stories: the shipped scenarios keep their thresholds, those that go wrong miss them") {
  const std::set<std::string> go_wrong = {"bookinfo_breaker.without-limits", "three_tier_retries",
                                          "cache_stampede.without-coalescing"};
  for (const auto& [name, path] : stories()) {
    CAPTURE(name);
    const Scenario scenario = load_scenario(path.string());
    const auto record = told(scenario);
    for (const Verdict& verdict : judge(*record, scenario.thresholds)) {
      CAPTURE(verdict.text);
      CHECK(verdict.ok != go_wrong.contains(name));
    }
  }
}

// ---- the canary -------------------------------------------------------------------------------

struct Step {
  Span span;
  double share = 0;  // of v3, by weight
};
const Step steps[] = {
    {{0, 60}, 0}, {{60, 120}, 0.10}, {{120, 180}, 0.25}, {{180, 240}, 0.50}, {{240, 300}, 1}};

void check_canary(const RunRecord& record) {
  const std::uint32_t v1 = edge_between(record, "productpage-v1", "reviews-v1");
  const std::uint32_t v3 = edge_between(record, "productpage-v1", "reviews-v3");
  REQUIRE(v1 != 0xffffffffu);
  REQUIRE(v3 != 0xffffffffu);
  double slower = 0;
  for (const Step& step : steps) {
    CAPTURE(step.share);
    const Span settled{step.span.from_s + 2, step.span.to_s};
    const double to_v3 = requests(record, v3, settled);
    const double all = to_v3 + requests(record, v1, settled);
    // Three standard deviations of a binomial count: the weights are a draw per request.
    CHECK(std::abs(to_v3 - step.share * all) <= 3 * std::sqrt(all * step.share * (1 - step.share)));
    CHECK(std::abs(requests(record, v3, settled, 500) - 0.04 * to_v3) <=
          4 * std::sqrt(to_v3 * 0.04 * 0.96));
    CHECK(requests(record, v1, settled, 500) == 0);
    const double p90 = quantile_ms(record, 0.90, settled);
    CHECK(p90 >= slower);
    slower = p90;
  }
  CHECK(quantile_ms(record, 0.5, {240, 300}) > 1.7 * quantile_ms(record, 0.5, {0, 60}));
  for (std::uint32_t e = 0; e < record.edges.size(); ++e) {
    if (e != v3) CHECK(requests(record, e, {0, 300}, 500) == 0);
  }
  CHECK(summarize(record).all_loads.failures == 0);
}

TEST_CASE("canary: traffic follows the weights, latency the share, errors stay on one edge") {
  check_canary(*told(story("bookinfo_canary")));
}

// ---- the breaker ------------------------------------------------------------------------------

/// `views`: of the pods of ratings by the pods of reviews; each ejects on its own.
void check_breaker(const RunRecord& with, const RunRecord& without, std::uint64_t views) {
  const Span before{5, 60}, during{62, 120}, after{150, 180};
  const double normal = quantile_ms(with, 0.99, before);
  // Without limits the page drowns: most requests fail or wait for seconds …
  const Traffic drowned = summarize(without).all_loads;
  CHECK(drowned.error_rate > 0.2);
  CHECK(quantile_ms(without, 0.99, during) > 5000);
  CHECK(quantile_ms(without, 0.99, after) < 1.2 * normal);
  // … with them it stays whole and within a few times its usual latency.
  const Traffic saved = summarize(with).all_loads;
  CHECK(saved.failures == 0);
  CHECK(quantile_ms(with, 0.5, during) < quantile_ms(with, 0.5, before));
  CHECK(quantile_ms(with, 0.99, during) < 3 * normal);
  CHECK(quantile_ms(with, 0.99, after) < 1.2 * normal);
  CHECK(flagged(with, "reviews-v3", ResponseFlag::UO) > 50);
  CHECK(flagged(with, "reviews-v3", ResponseFlag::UT) > 100);
  CHECK(flagged(with, "reviews-v3", ResponseFlag::UH) > 10'000);
  CHECK(counter(with, ClusterCounter::ejections_enforced_total) == 3 * views);
  // The stars are back.
  const std::uint32_t stars = edge_between(with, "reviews-v3", "ratings-v1");
  REQUIRE(stars != 0xffffffffu);
  CHECK(requests(with, stars, after, 200) >= 0.999 * requests(with, stars, after));
  CHECK(requests(with, stars, after) > 0.95 * requests(with, stars, {20, 50}));
}

TEST_CASE("breaker: without limits the page drowns with ratings, with them it does not") {
  check_breaker(*told(story("bookinfo_breaker")), *told(story("bookinfo_breaker.without-limits")),
                9);
}

// ---- three tiers ------------------------------------------------------------------------------

TEST_CASE("three tiers: retries at two layers double the calls and outlast the slow pod") {
  const auto record = told(story("three_tier_retries"));
  const std::uint32_t stock = edge_between(*record, "orders", "stock");
  REQUIRE(stock != 0xffffffffu);
  const Span before{20, 55}, during{90, 120}, later{124, 134}, after{150, 180};
  const double normal = quantile_ms(*record, 0.99, before);
  CHECK(normal < 100);
  CHECK(quantile_ms(*record, 0.5, during) > 3000);
  CHECK(requests(*record, stock, during) / 30 > 1.6 * requests(*record, stock, before) / 35);
  CHECK(quantile_ms(*record, 0.5, later) > 1000);  // the pod is well again, the shop is not
  CHECK(quantile_ms(*record, 0.99, after) < 1.2 * normal);
  const Scenario calmer =
      with_overrides(story("three_tier_retries"),
                     {{"VirtualService/orders:spec.http.0.retries", "{attempts: 0}"}});
  CHECK(quantile_ms(*told(calmer), 0.99, during) < 500);
}

// ---- the cache --------------------------------------------------------------------------------

/// The share of hits in a time span.
double hit_share(const RunRecord& record, Span span) {
  double hits = 0, misses = 0;
  const StoreSeries& t = record.stores;
  for (std::size_t i = 0; i < t.bucket.size(); ++i) {
    if (t.bucket[i] < span.from_s || t.bucket[i] >= span.to_s) continue;
    const auto event = static_cast<StoreEvent>(t.event[i]);
    if (event == StoreEvent::Hit) hits += static_cast<double>(t.count[i]);
    if (event == StoreEvent::Miss) misses += static_cast<double>(t.count[i]);
  }
  return hits / (hits + misses);
}

TEST_CASE("cache: once lost it stays cold, with one fetch a key and a bounded queue it warms up") {
  const auto with = told(story("cache_stampede"));
  const auto without = told(story("cache_stampede.without-coalescing"));
  for (const auto& record : {with, without}) CHECK(hit_share(*record, {20, 60}) > 0.93);
  CHECK(hit_share(*with, {60, 70}) < 0.9);
  CHECK(hit_share(*with, {120, 180}) > 0.93);
  CHECK(hit_share(*without, {120, 180}) < 0.6);
  CHECK(summarize(*without).all_loads.error_rate > 0.35);
  CHECK(summarize(*with).all_loads.error_rate < 0.03);
}

// ---- the unmodified samples in place of our manifests -----------------------------------------

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE_MESSAGE(at != std::string::npos, "the story no longer says ", from);
  return text.replace(at, from.size(), to);
}

/// The story with another list of manifests; what its own rules need besides them is kept.
Scenario with_manifests(const std::string& name, const std::vector<fs::path>& manifests,
                        const std::vector<std::pair<std::string, std::string>>& edits) {
  const fs::path file = stories().at(name);
  std::string text = read_file(file);
  const std::size_t from = text.find("include: ["), to = text.find("]", from);
  REQUIRE(from != std::string::npos);
  std::string include = "include: [";
  for (const fs::path& manifest : manifests) {
    include += (include.back() == '[' ? "" : ", ") + manifest.string();
  }
  text.replace(from, to - from, include);
  for (const auto& [old_text, new_text] : edits) text = replaced(text, old_text, new_text);
  return parse_scenario(text, file.string());
}

std::optional<fs::path> samples() {
  const std::optional<fs::path> shared = shared_dir();
  if (!shared) return std::nullopt;
  const fs::path folder = *shared / "corpus" / "istio-samples" / "bookinfo";
  if (!fs::is_directory(folder)) return std::nullopt;
  return folder;
}

TEST_CASE("canary: the same story with Istio's own sample files") {
  const std::optional<fs::path> folder = samples();
  if (!folder) {
    MESSAGE("skipped: no shared/corpus/istio-samples/bookinfo");
    return;
  }
  const fs::path networking = *folder / "networking";
  const auto sample = [&networking](const std::string& name) {
    return (networking / name).string();
  };
  const Scenario scenario = with_manifests(
      "bookinfo_canary",
      {*folder / "platform" / "kube" / "bookinfo.yaml", sample("bookinfo-gateway.yaml"),
       sample("destination-rule-all.yaml"), sample("virtual-service-all-v1.yaml")},
      {{"steps/reviews-50.yaml", sample("virtual-service-reviews-50-v3.yaml")},
       {"steps/reviews-100.yaml", sample("virtual-service-reviews-v3.yaml")}});
  check_canary(*told(scenario));
}

TEST_CASE("breaker: the same story with Istio's own sample files") {
  const std::optional<fs::path> folder = samples();
  if (!folder) {
    MESSAGE("skipped: no shared/corpus/istio-samples/bookinfo");
    return;
  }
  const fs::path networking = *folder / "networking";
  std::vector<fs::path> manifests{
      *folder / "platform" / "kube" / "bookinfo.yaml", networking / "bookinfo-gateway.yaml",
      networking / "destination-rule-reviews.yaml", networking / "virtual-service-reviews-v3.yaml"};
  const auto without = told(with_manifests("bookinfo_breaker.without-limits", manifests, {}));
  manifests.push_back("limits.yaml");
  const auto with = told(with_manifests("bookinfo_breaker", manifests, {}));
  check_breaker(*with, *without, 1);
}

TEST_CASE("stories: the smallest useful scenario is shorter than 15 lines") {
  const std::string text = read_file(stories().at("smallest"));
  CHECK(std::count(text.begin(), text.end(), '\n') < 15);
}

}  // namespace
}  // namespace mesh
