// YAML text to trees: yaml-cpp's events, under limits that keep any input harmless.
#include "libmesh/spec/yaml_document.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>
#include <utility>

#include "libmesh/spec/diagnostic_codes.h"
#include "libmesh/spec/yaml_mapping.h"
#include "libmesh/spec/yaml_text.h"

namespace mesh {
namespace {

using Kind = YamlNode::Kind;

/// Starts a scalar that is text whatever it says.
bool is_quote(char c) {
  return c == '"' || c == '\'' || c == '|' || c == '>';
}

/// Thrown through yaml-cpp to leave a document that passes a limit or makes no sense.
struct Abandon {};

/// Builds the trees of one chunk from yaml-cpp's events.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(const YamlChunk& chunk, const YamlLines& lines, const std::string& file,
              const YamlLimits& limits, std::size_t& node_count, Diagnostics& problems)
      : chunk_(chunk),
        lines_(lines),
        file_(file),
        limits_(limits),
        node_count_(node_count),
        problems_(problems) {}

  /// Documents that were read to their end and are not empty.
  std::vector<YamlNode> take_documents() { return std::move(documents_); }

  Place place(const YAML::Mark& mark) const {
    return {file_, chunk_.first_line + static_cast<std::uint32_t>(std::max(mark.line, 0)),
            lines_.column(mark.line, mark.column)};
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    // yaml-cpp takes what is indented less than the root for a further document.
    if (seen_document_ && !lines_.ends_document(last_line_, mark.line + 1)) {
      fail(code::syntax, place(mark), "this does not belong to the document above",
           "indent it like the document's other lines, or put --- before it");
    }
    seen_document_ = true;
    last_line_ = mark.line;
    anchors_.clear();
    root_ = {};
    quote_ = {};
  }

  void OnDocumentEnd() override {
    if (!lines_.is_closed_quote(quote_.line, quote_.column)) {
      fail(code::syntax, place(quote_), "the quote opened here is never closed", "close the quote");
    }
    if (root_.kind != Kind::Null) documents_.push_back(std::move(root_));
    root_ = {};
  }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const char c = lines_.at(mark.line, mark.column);
    YamlNode node = made(Kind::Null, mark);
    if (!frames_.empty() && frames_.back().node.kind == Kind::Sequence && c == ',') {
      fail(code::syntax, node.place, "a value is missing before this comma");
    }
    if (!frames_.empty() && frames_.back().key) {
      Frame& frame = frames_.back();
      if (frame.block && frame.key_position == mark.pos) {
        fail(code::syntax, frame.key->place, "':' is missing after " + frame.key->scalar);
      }
      // Nothing has no place of its own: yaml-cpp names that of the next token.
      node.place = frame.key->place;
    }
    remember(anchor, node, 0);
    add(std::move(node), 0);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const Anchor* found = anchor < anchors_.size() ? &anchors_[anchor] : nullptr;
    if (found == nullptr || !found->complete) {
      problems_.add(yaml_problem(code::bad_anchor, place(mark), "this anchor contains itself",
                                 "YAML for Kubernetes cannot be recursive"));
      add(made(Kind::Null, mark), 0);
      return;
    }
    count(found->nodes, mark);
    check_depth(frames_.size() + found->depth, mark);
    add(found->node, found->depth);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode node = made(Kind::Scalar, mark);
    node.scalar = value;
    const bool tagged = tag != "?" && tag != "!";
    const bool quoted =
        tag == "!" || (tagged && is_quote(lines_.first_of_content(mark.line, mark.column)));
    if (quoted) quote_ = mark;
    // What could not be written without quotes (a paragraph, say) is text as if it had them.
    node.quoted = quoted || !is_plain_yaml(value);
    apply_tag(tag, node);
    if (tag == "tag:yaml.org,2002:null") {
      node = made_without_count(Kind::Null, mark);
    } else if (!is_plain_yaml(value)) {
      node.quoted = true;  // whatever its tag says
    }
    remember(anchor, node, 0);
    add(std::move(node), 0, mark.pos);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Kind::Sequence, mark, tag, anchor, false);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    open(Kind::Mapping, mark, tag, anchor, style != YAML::EmitterStyle::Flow);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    YamlNode node;
    std::optional<YamlNode> key;  // waits for its value
    bool block = false;           // a block mapping
    int key_position = -1;
    YAML::anchor_t anchor = 0;
    std::size_t nodes_before = 0;
    std::size_t depth = 0;  // levels below, as far as known
  };
  struct Anchor {
    YamlNode node;
    std::size_t nodes = 0, depth = 0;
    bool complete = false;
  };

  [[noreturn]] void fail(code::Code code, Place at, std::string what, std::string hint = "") {
    problems_.add(yaml_problem(code, std::move(at), std::move(what), std::move(hint)));
    throw Abandon{};
  }

  void count(std::size_t nodes, const YAML::Mark& mark) {
    if (nodes > limits_.nodes - node_count_) {
      fail(code::limit_exceeded, place(mark),
           "more than " + std::to_string(limits_.nodes) + " YAML nodes",
           "split the file, and do not nest anchors in anchors");
    }
    node_count_ += nodes;
  }

  void check_depth(std::size_t depth, const YAML::Mark& mark) {
    if (depth > limits_.depth) {
      fail(code::limit_exceeded, place(mark),
           "nested deeper than " + std::to_string(limits_.depth) + " levels");
    }
  }

  YamlNode made_without_count(Kind kind, const YAML::Mark& mark) const {
    YamlNode node;
    node.kind = kind;
    node.place = place(mark);
    return node;
  }
  YamlNode made(Kind kind, const YAML::Mark& mark) {
    count(1, mark);
    return made_without_count(kind, mark);
  }

  void apply_tag(const std::string& tag, YamlNode& node) {
    constexpr std::string_view core = "tag:yaml.org,2002:";
    if (tag.empty() || tag == "?" || tag == "!") return;
    const std::string name = tag.starts_with(core) ? tag.substr(core.size()) : "";
    if (name == "str") {
      node.quoted = true;
    } else if (name == "int" || name == "float" || name == "bool") {
      node.quoted = false;
    } else if (name != "map" && name != "seq" && name != "null") {
      problems_.add({Severity::Warning, code::surprising.id, node.place, "",
                     "the tag " + (tag.starts_with("!") ? tag : "!<" + tag + ">") + " is ignored",
                     "remove the tag"});
    }
  }

  void open(Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            bool block) {
    check_depth(frames_.size() + 1, mark);
    Frame frame;
    frame.node = made(kind, mark);
    frame.block = block;
    frame.anchor = anchor;
    frame.nodes_before = node_count_ - 1;
    apply_tag(tag, frame.node);
    frame.node.quoted = false;
    if (anchor != 0) anchors_.resize(std::max(anchors_.size(), anchor + 1));
    if (anchor != 0) anchors_[anchor] = {};
    frames_.push_back(std::move(frame));
  }

  void close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (frame.node.kind == Kind::Mapping) {
      drop_duplicate_keys(frame.node, problems_);
      expand_merge_keys(frame.node, problems_);
    }
    const std::size_t depth = frame.depth + 1;
    if (frame.anchor != 0) {
      anchors_[frame.anchor] = {frame.node, node_count_ - frame.nodes_before, depth, true};
    }
    add(std::move(frame.node), depth);
  }

  void remember(YAML::anchor_t anchor, const YamlNode& node, std::size_t depth) {
    if (anchor == 0) return;
    anchors_.resize(std::max(anchors_.size(), anchor + 1));
    anchors_[anchor] = {node, 1, depth, true};
  }

  /// A finished node goes where the present frame waits for one.
  void add(YamlNode node, std::size_t depth, int position = -1) {
    if (frames_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& frame = frames_.back();
    frame.depth = std::max(frame.depth, depth);
    if (frame.node.kind == Kind::Sequence) {
      frame.node.items.push_back(std::move(node));
    } else if (!frame.key) {
      frame.key_position = position;
      frame.key = std::move(node);
    } else {
      if (is_text_key(*frame.key)) {
        frame.node.entries.emplace_back(std::move(*frame.key), std::move(node));
      }
      frame.key.reset();
    }
  }

  /// Says what is wrong with a key that is not text.
  bool is_text_key(const YamlNode& key) {
    if (key.kind == Kind::Scalar) return true;
    const bool template_text = key.kind == Kind::Mapping;  // {{ .Values.name }}
    problems_.add(yaml_problem(
        code::wrong_type, key.place, "the key of a mapping must be text",
        template_text ? "if this is a Helm template, render it first; else quote the braces" : ""));
    return false;
  }

  const YamlChunk& chunk_;
  const YamlLines& lines_;
  const std::string& file_;
  const YamlLimits& limits_;
  std::size_t& node_count_;
  Diagnostics& problems_;

  std::vector<Frame> frames_;
  std::vector<Anchor> anchors_;  // by yaml-cpp's number
  YamlNode root_;
  std::vector<YamlNode> documents_;
  bool seen_document_ = false;
  int last_line_ = 0;
  YAML::Mark quote_;  // of the last quoted scalar
};

struct Translation {
  std::string_view theirs, ours, hint;
};
/// yaml-cpp's words for what people do most often wrong, in the reader's terms.
constexpr Translation translations[] = {
    {"illegal map value", "':' is not allowed here",
     "check the indentation here and a missing ':' on the line above; quote text with ': ' in it"},
    {"end of map not found", "the indentation does not fit the lines above",
     "indent the entries of one mapping equally"},
    {"end of sequence not found", "the indentation does not fit the list above",
     "indent the items of one list equally"},
    {"end of map flow not found", "a '{' is not closed before this", "add the missing '}'"},
    {"end of sequence flow not found", "a '[' is not closed before this", "add the missing ']'"},
    {"illegal flow end", "this bracket closes nothing that is open",
     "close brackets in the order of opening"},
    {"illegal block entry", "a list item is not allowed here", "start the list on a new line"},
    {"unknown token", "no value can start with this character", "quote the text"},
    {"the referenced anchor is not defined", "there is no anchor of this name above", ""},
};

Diagnostic translate(const YAML::Exception& e, const Place& place, const YamlLines& lines) {
  const bool anchor = e.msg == "the referenced anchor is not defined";
  const code::Code& code = anchor ? code::bad_anchor : code::syntax;
  Diagnostic d = yaml_problem(code, place, e.msg);
  for (const Translation& t : translations) {
    if (e.msg != t.theirs) continue;
    d.what = t.ours;
    d.hint = t.hint;
  }
  for (const int line : {e.mark.line, e.mark.line - 1}) {
    const std::string_view text = lines.line(line);
    const std::string_view blanks = text.substr(0, text.find_first_not_of(" \t"));
    if (blanks.find('\t') != std::string_view::npos) {
      d.hint = "YAML does not allow tabs in indentation: use spaces";
    }
  }
  return d;
}

void parse_chunk(const YamlChunk& chunk, const std::string& file, const YamlLimits& limits,
                 std::size_t& node_count, std::vector<YamlNode>& documents, Diagnostics& problems) {
  const YamlLines lines(chunk.text);
  TreeBuilder builder(chunk, lines, file, limits, node_count, problems);
  std::istringstream stream{std::string(chunk.text)};
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Abandon&) {
    // said already
  } catch (const YAML::Exception& e) {
    problems.add(translate(e, builder.place(e.mark), lines));
  }
  for (YamlNode& document : builder.take_documents()) documents.push_back(std::move(document));
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const auto& [name, value] : entries) {
    if (name.scalar == key) return &value;
  }
  return nullptr;
}

YamlNode* YamlNode::find(std::string_view key) {
  return const_cast<YamlNode*>(std::as_const(*this).find(key));
}

std::vector<YamlNode> parse_yaml(std::string_view text, const std::string& file,
                                 Diagnostics& problems, const YamlLimits& limits) {
  if (text.size() > limits.file_bytes) {
    problems.add(yaml_problem(code::limit_exceeded, {file, 0, 0},
                              "larger than " + std::to_string(limits.file_bytes) + " bytes",
                              "split the file"));
    return {};
  }
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (auto binary = find_binary(text, file)) {
    problems.add(std::move(*binary));
    return {};
  }
  std::vector<YamlNode> documents;
  std::size_t node_count = 0;
  for (const YamlChunk& chunk : split_documents(text)) {
    parse_chunk(chunk, file, limits, node_count, documents, problems);
  }
  return documents;
}

std::vector<YamlNode> read_yaml_file(const std::string& path, Diagnostics& problems,
                                     const YamlLimits& limits) {
  const bool standard_input = path == "-";
  const std::string name = standard_input ? "<stdin>" : path;
  std::ifstream file;
  if (!standard_input) file.open(path, std::ios::binary);
  std::istream& stream = standard_input ? std::cin : file;
  std::string text;
  // One byte more than allowed is enough to know that a file is too large.
  std::vector<char> block(std::size_t{1} << 16);
  while (stream && text.size() <= limits.file_bytes) {
    stream.read(block.data(), static_cast<std::streamsize>(block.size()));
    text.append(block.data(), static_cast<std::size_t>(stream.gcount()));
  }
  std::error_code error;
  if (!standard_input && (!file.is_open() || std::filesystem::is_directory(path, error))) {
    problems.add(yaml_problem(code::unreadable_file, {name, 0, 0}, "cannot be read",
                              "check that the file exists and that you may read it"));
    return {};
  }
  return parse_yaml(text, name, problems, limits);
}

}  // namespace mesh
