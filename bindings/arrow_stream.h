// A table for Arrow's C stream interface: buffers stay where they are, no Arrow library.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

// The ABI of https://arrow.apache.org/docs/format/CDataInterface.html and CStreamInterface.html.
extern "C" {
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE
struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  std::int64_t flags;
  std::int64_t n_children;
  ArrowSchema** children;
  ArrowSchema* dictionary;
  void (*release)(ArrowSchema*);
  void* private_data;
};
struct ArrowArray {
  std::int64_t length;
  std::int64_t null_count;
  std::int64_t offset;
  std::int64_t n_buffers;
  std::int64_t n_children;
  const void** buffers;
  ArrowArray** children;
  ArrowArray* dictionary;
  void (*release)(ArrowArray*);
  void* private_data;
};
#endif
#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE
struct ArrowArrayStream {
  int (*get_schema)(ArrowArrayStream*, ArrowSchema* out);
  int (*get_next)(ArrowArrayStream*, ArrowArray* out);
  const char* (*get_last_error)(ArrowArrayStream*);
  void (*release)(ArrowArrayStream*);
  void* private_data;
};
#endif
}

namespace mesh::python {

/// Strings of a dictionary in Arrow's utf8 layout.
struct ArrowStrings {
  std::vector<std::int32_t> offsets{0};
  std::string bytes;

  void add(const std::string& s) {
    bytes += s;
    offsets.push_back(static_cast<std::int32_t>(bytes.size()));
  }
};

/// One column: `length` numbers at `data`, kept alive by `owner`.
struct ArrowColumn {
  std::string name;
  std::string format;  // "l" int64, "L" uint64, "g" float64 …; of the indices with a dictionary
  const void* data = nullptr;
  std::shared_ptr<const void> owner;
  std::vector<std::uint8_t> validity;  // a bit per row, lowest first; empty = no nulls
  std::int64_t null_count = 0;
  std::shared_ptr<const ArrowStrings> dictionary;  // absent: plain numbers
};

struct ArrowTable {
  std::int64_t length = 0;
  std::vector<ArrowColumn> columns;
};

/// Fills `out` with a stream of one batch; everything exported shares `table`.
void export_stream(std::shared_ptr<const ArrowTable> table, ArrowArrayStream* out);

}  // namespace mesh::python
