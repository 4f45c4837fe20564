// Tests that the recorder does not allocate in steady state.
#include <doctest/doctest.h>

#include <cstdlib>
#include <new>

#include "tests/support/small_record.h"

namespace {

std::size_t allocations = 0;

}  // namespace

void* operator new(std::size_t size) {
  allocations += 1;
  if (void* p = std::malloc(size)) return p;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  allocations += 1;
  return std::malloc(size);
}
void operator delete(void* p) noexcept {
  std::free(p);
}
void operator delete(void* p, std::size_t) noexcept {
  std::free(p);
}

namespace mesh {
namespace {

TEST_CASE("recorder: in a bucket that has seen the usual, further facts allocate nothing") {
  testing::SmallShop shop(RecordOptions{.bucket = hours(1)});
  const auto everything = [&shop] {
    shop.good(0);
    shop.retried(0);
    shop.failed(0);
    shop.refused(0);
  };
  for (int i = 0; i < 10; ++i) everything();
  const std::size_t before = allocations;
  for (int i = 0; i < 1000; ++i) everything();
  CHECK(allocations == before);
}

TEST_CASE("recorder: over many buckets allocations grow with the logarithm of time") {
  testing::SmallShop shop(RecordOptions{.bucket = milliseconds(10)});
  for (int i = 0; i < 1000; ++i) shop.good(i * 10);
  const std::size_t before = allocations;
  for (int i = 1000; i < 8000; ++i) shop.good(i * 10);
  CHECK(allocations - before < 40);  // three doublings of each of the logs
}

}  // namespace
}  // namespace mesh
