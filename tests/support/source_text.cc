// The repository's own text as data: walking, blanking comments, finding includes.
#include "tests/support/source_text.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>

#include "tests/support/paths.h"

namespace mesh::testing {
namespace fs = std::filesystem;
namespace {

bool is_text(const fs::path& path) {
  static const std::vector<std::string> known = {".cc", ".h",    ".py",  ".pyi",  ".sh",   ".txt",
                                                 ".md", ".yaml", ".yml", ".json", ".toml", ".cmake",
                                                 ".in", ".js",   ".css", ".html"};
  const std::string name = path.filename().string();
  return std::find(known.begin(), known.end(), path.extension().string()) != known.end() ||
         name == "LICENSE" || name == "run" || name == ".clang-tidy" || name == ".clang-format";
}

bool is_skipped_folder(const std::string& name) {
  return (name.starts_with(".") && name != ".ci") || name.starts_with("build") || name == "out" ||
         name == "dist" || name == "__pycache__" || name.ends_with(".egg-info") ||
         name == "node_modules";
}

/// What the scanner is inside of, from one character to the next.
enum class In { Code, Block, String, Character, Raw };

/// Blanks one line and returns what the next one starts in.
In blank(std::string& line, In state) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool pair = i + 1 < line.size();
    switch (state) {
      case In::Code:
        if (pair && line[i] == '/' && line[i + 1] == '/') {
          line.resize(i);
          return In::Code;
        }
        if (pair && line[i] == '/' && line[i + 1] == '*') state = In::Block;
        if (line[i] == '"') {
          state = i > 0 && line[i - 1] == 'R' ? In::Raw : In::String;
        } else if (line[i] == '\'' && (i == 0 || !std::isalnum(line[i - 1]))) {
          state = In::Character;  // else a digit separator
        }
        break;
      case In::Block:
        if (pair && line[i] == '*' && line[i + 1] == '/') state = In::Code;
        line[i] = ' ';
        break;
      case In::Raw:  // ends at )" or )tag", whatever the tag
        if (line[i] == '"' && line.find(')') < i) state = In::Code;
        if (state == In::Raw) line[i] = ' ';
        break;
      case In::String:
      case In::Character:
        if (line[i] == '\\') {
          line[i] = ' ';
          if (pair) line[++i] = ' ';
        } else if (line[i] == (state == In::String ? '"' : '\'')) {
          state = In::Code;
        } else {
          line[i] = ' ';
        }
        break;
    }
  }
  return state == In::Block || state == In::Raw ? state : In::Code;
}

}  // namespace

std::string SourceFile::layer() const {
  if (!under("libmesh")) return "";
  const std::size_t from = std::string("libmesh/").size();
  const std::size_t to = path.find('/', from);
  return to == std::string::npos ? "" : path.substr(from, to - from);
}

std::vector<SourceFile> project_files() {
  std::vector<SourceFile> files;
  const fs::path root = source_dir();
  for (auto it = fs::recursive_directory_iterator(root); it != fs::end(it); ++it) {
    const std::string name = it->path().filename().string();
    if (it->is_directory()) {
      if (is_skipped_folder(name)) it.disable_recursion_pending();
      continue;
    }
    if (!it->is_regular_file() || !is_text(it->path())) continue;
    SourceFile file{fs::relative(it->path(), root).generic_string(), {}};
    std::ifstream stream(it->path());
    for (std::string line; std::getline(stream, line);) file.lines.push_back(line);
    files.push_back(std::move(file));
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

std::vector<std::string> code_only(const std::vector<std::string>& lines) {
  std::vector<std::string> result = lines;
  In state = In::Code;
  for (std::string& line : result) state = blank(line, state);
  return result;
}

std::vector<Include> includes_of(const SourceFile& file) {
  static const std::regex pattern(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  std::vector<Include> found;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    if (file.lines[i].find("include") == std::string::npos) continue;
    std::smatch match;
    if (std::regex_search(file.lines[i], match, pattern)) {
      found.push_back({i + 1, match[2], match[1] == "\""});
    }
  }
  return found;
}

std::vector<LongFunction> functions_longer_than(std::size_t limit, const SourceFile& file) {
  static const std::regex not_a_function(
      R"(^(namespace|struct|class|enum|union|extern|inline namespace)\b)");
  std::vector<LongFunction> found;
  const std::vector<std::string> code = code_only(file.lines);
  std::size_t start = 0;
  bool signature_open = false;  // it goes on in the next, indented line
  for (std::size_t i = 0; i < code.size(); ++i) {
    const std::string& line = code[i];
    if (line.empty()) continue;
    const bool opens = line.ends_with('{');
    if (line[0] == ' ') {
      if (signature_open && opens) start = i + 1;
      signature_open = signature_open && !opens;
    } else if (line[0] == '}') {
      if (start != 0 && i - start > limit) found.push_back({start, i - start});
      start = 0;
    } else {
      signature_open = !opens && line.find('(') != std::string::npos && line.back() != ';';
      const bool table = line.ends_with("= {");
      start = opens && !table && !std::regex_search(line, not_a_function) ? i + 1 : 0;
    }
  }
  return found;
}

std::size_t width(const std::string& line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

}  // namespace mesh::testing
