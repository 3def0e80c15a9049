#include "apps/digest/inputs.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <iostream>

#include <fmt/format.h>

#include "apps/digest/mbox.h"
#include "apps/digest/opml.h"
#include "apps/fetch.h"
#include "base/error.h"
#include "base/files.h"

namespace heed::apps::digest {
namespace {

constexpr uint64_t kMostBytes = uint64_t{64} << 20;
constexpr size_t kMostOfAddress = size_t{8} << 20;
constexpr size_t kLook = 4096;

std::string read_standard_input() {
  std::string bytes;
  std::vector<char> piece(1 << 16);
  while (std::cin.read(piece.data(), static_cast<std::streamsize>(piece.size())) || std::cin.gcount() > 0) {
    bytes.append(piece.data(), static_cast<size_t>(std::cin.gcount()));
    if (bytes.size() > kMostBytes)
      throw Error(ErrorCode::too_large,
                  fmt::format("-: expected at most {} bytes, found more: give what is newest", kMostBytes));
  }
  return bytes;
}

bool is_address(const std::string& name) {
  return name.starts_with("http://") || name.starts_with("https://");
}

void read_lines(std::string_view bytes, const std::string& name, int64_t now_us, Inputs& inputs) {
  int64_t line = 0;
  while (!bytes.empty()) {
    const size_t end = bytes.find('\n');
    const std::string_view text = bytes.substr(0, end);
    bytes.remove_prefix(end == bytes.npos ? bytes.size() : end + 1);
    ++line;
    if (text.find_first_not_of(" \t\r") == text.npos) continue;
    const std::string where = fmt::format("{}:{}", name, line);
    inputs.items.push_back(
        item_from_json(parse_json(text, where, 16, "mend the line, or what writes it"), where, now_us));
  }
}

void read_list(std::string_view bytes, const std::string& name, int64_t now_us, Inputs& inputs,
               bool asks_lists) {
  size_t left = 0;
  const bool from_address = is_address(name);
  for (const std::string& feed : parse_opml(bytes)) {
    if (asks_lists && !from_address && is_address(feed)) {
      try {
        read_input(fetch({.url = feed, .max_bytes = kMostOfAddress}), feed, now_us, inputs);
      } catch (const Error& problem) {  // the others are read all the same
        inputs.problems.emplace_back(problem.what());
      }
      continue;
    }
    // A list from anyone names what lies beside it, and nothing else of this machine.
    if (from_address || feed.find("://") != feed.npos || feed.starts_with('/') ||
        feed.find("..") != feed.npos) {
      ++left;
      continue;
    }
    const std::string path = (std::filesystem::path(name).parent_path() / feed).string();
    const std::string content = read_file(path, kMostBytes);
    if (content.find("<opml") != content.npos) continue;  // lists do not list lists
    read_input(content, path, now_us, inputs);
  }
  if (left > 0)
    inputs.problems.push_back(
        fmt::format("{}: {} of its feeds are not asked: with --ask they are, and `heed serve` polls those of "
                    "apps.digest.feeds",
                    name, left));
}

}  // namespace

void read_input(std::string_view bytes, const std::string& name, int64_t now_us, Inputs& inputs,
                bool asks_lists) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  const size_t begin = std::min(bytes.find_first_not_of(" \t\r\n"), bytes.size());
  std::string look(bytes.substr(begin, kLook));
  std::ranges::transform(look, look.begin(), [](unsigned char c) { return std::tolower(c); });
  if (look.starts_with("<!doctype html") || look.starts_with("<html"))
    throw Error(ErrorCode::corrupt_data,
                name + ": expected a feed, found an HTML page: give the address of its RSS or Atom feed");
  if (look.starts_with("from ")) {
    Mailbox mailbox = parse_mbox(bytes.substr(begin), name, now_us);
    std::ranges::move(mailbox.items, std::back_inserter(inputs.items));
    if (!mailbox.problem.empty()) inputs.problems.push_back(mailbox.problem);
  } else if (look.starts_with('{')) {
    read_lines(bytes, name, now_us, inputs);
  } else if (look.find("<opml") != look.npos) {
    read_list(bytes, name, now_us, inputs, asks_lists);
  } else if (look.starts_with('<')) {
    for (const FeedEntry& entry : parse_feed(bytes, name, now_us))
      inputs.items.push_back(item_of(entry, now_us));
  } else {
    throw Error(
        ErrorCode::corrupt_data,
        name + ": expected RSS, Atom, OPML, a mail folder (mbox) or lines of JSON, found none of them");
  }
}

Inputs read_inputs(const std::vector<std::string>& paths, int64_t now_us, bool asks_lists) {
  Inputs inputs;
  for (const std::string& path : paths)
    read_input(path == "-"        ? read_standard_input()
               : is_address(path) ? fetch({.url = path, .max_bytes = kMostOfAddress})
                                  : read_file(path, kMostBytes),
               path, now_us, inputs, asks_lists);
  tell_apart(inputs.items);
  return inputs;
}

}  // namespace heed::apps::digest
