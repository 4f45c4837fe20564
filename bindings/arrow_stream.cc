// Producer of Arrow's C stream interface.
#include "bindings/arrow_stream.h"

#include <array>
#include <utility>

namespace mesh::python {

namespace {

constexpr std::int64_t nullable = 2;  // ARROW_FLAG_NULLABLE
constexpr char struct_format[] = "+s";
constexpr char utf8_format[] = "u";
constexpr std::uint64_t nothing = 0;  // what an empty buffer points at

using Shared = std::shared_ptr<const ArrowTable>;

// A consumer may move children away: every child owns what it needs and releases itself.

template <class Node>
void release_below(Node* node) {
  for (std::int64_t i = 0; i < node->n_children; ++i) {
    if (node->children[i]->release != nullptr) node->children[i]->release(node->children[i]);
  }
  if (node->dictionary != nullptr && node->dictionary->release != nullptr) {
    node->dictionary->release(node->dictionary);
  }
}

struct SchemaParts {
  Shared table;
  std::vector<ArrowSchema> children;
  std::vector<ArrowSchema*> pointers;
  ArrowSchema dictionary{};
};

void release_schema(ArrowSchema* schema) {
  release_below(schema);
  delete static_cast<SchemaParts*>(schema->private_data);
  schema->release = nullptr;
}

SchemaParts* start_schema(const Shared& table, const char* format, const char* name,
                          ArrowSchema* out) {
  auto parts = std::make_unique<SchemaParts>();
  parts->table = table;
  *out = ArrowSchema{};
  out->format = format;
  out->name = name;
  out->release = release_schema;
  out->private_data = parts.get();
  return parts.release();
}

void column_schema(const Shared& table, const ArrowColumn& column, ArrowSchema* out) {
  SchemaParts* parts = start_schema(table, column.format.c_str(), column.name.c_str(), out);
  out->flags = nullable;
  if (column.dictionary == nullptr) return;
  start_schema(table, utf8_format, "", &parts->dictionary);
  out->dictionary = &parts->dictionary;
}

void table_schema(const Shared& table, ArrowSchema* out) {
  SchemaParts* parts = start_schema(table, struct_format, "", out);
  parts->children.resize(table->columns.size());
  for (std::size_t i = 0; i < table->columns.size(); ++i) {
    column_schema(table, table->columns[i], &parts->children[i]);
    parts->pointers.push_back(&parts->children[i]);
  }
  out->n_children = static_cast<std::int64_t>(parts->pointers.size());
  out->children = parts->pointers.data();
}

struct ArrayParts {
  Shared table;
  std::array<const void*, 3> buffers{};
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> pointers;
  ArrowArray dictionary{};
};

void release_array(ArrowArray* array) {
  release_below(array);
  delete static_cast<ArrayParts*>(array->private_data);
  array->release = nullptr;
}

ArrayParts* start_array(const Shared& table, std::int64_t length, std::int64_t buffers,
                        ArrowArray* out) {
  auto parts = std::make_unique<ArrayParts>();
  parts->table = table;
  *out = ArrowArray{};
  out->length = length;
  out->n_buffers = buffers;
  out->buffers = parts->buffers.data();
  out->release = release_array;
  out->private_data = parts.get();
  return parts.release();
}

const void* or_nothing(const void* data) {
  return data != nullptr ? data : &nothing;
}

void column_array(const Shared& table, const ArrowColumn& column, ArrowArray* out) {
  ArrayParts* parts = start_array(table, table->length, 2, out);
  out->null_count = column.null_count;
  if (column.null_count > 0) parts->buffers[0] = column.validity.data();
  parts->buffers[1] = or_nothing(column.data);
  if (column.dictionary == nullptr) return;
  const ArrowStrings& strings = *column.dictionary;
  const auto count = static_cast<std::int64_t>(strings.offsets.size()) - 1;
  ArrayParts* dictionary = start_array(table, count, 3, &parts->dictionary);
  dictionary->buffers[1] = strings.offsets.data();
  dictionary->buffers[2] = or_nothing(strings.bytes.data());
  out->dictionary = &parts->dictionary;
}

void table_array(const Shared& table, ArrowArray* out) {
  ArrayParts* parts = start_array(table, table->length, 1, out);
  parts->children.resize(table->columns.size());
  for (std::size_t i = 0; i < table->columns.size(); ++i) {
    column_array(table, table->columns[i], &parts->children[i]);
    parts->pointers.push_back(&parts->children[i]);
  }
  out->n_children = static_cast<std::int64_t>(parts->pointers.size());
  out->children = parts->pointers.data();
}

struct StreamParts {
  Shared table;
  bool delivered = false;
};

int get_schema(ArrowArrayStream* stream, ArrowSchema* out) {
  table_schema(static_cast<StreamParts*>(stream->private_data)->table, out);
  return 0;
}

int get_next(ArrowArrayStream* stream, ArrowArray* out) {
  auto* parts = static_cast<StreamParts*>(stream->private_data);
  if (std::exchange(parts->delivered, true)) {
    *out = ArrowArray{};  // a released array ends the stream
  } else {
    table_array(parts->table, out);
  }
  return 0;
}

const char* get_last_error(ArrowArrayStream*) {
  return nullptr;
}

void release_stream(ArrowArrayStream* stream) {
  delete static_cast<StreamParts*>(stream->private_data);
  stream->release = nullptr;
}

}  // namespace

void export_stream(std::shared_ptr<const ArrowTable> table, ArrowArrayStream* out) {
  *out = {get_schema, get_next, get_last_error, release_stream,
          new StreamParts{std::move(table), false}};
}

}  // namespace mesh::python
