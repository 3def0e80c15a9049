#include <algorithm>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "apps/console.h"
#include "base/error.h"
#include "base/files.h"
#include "cli/commands.h"
#include "serve/keys.h"

namespace heed::cli {
namespace {

struct Options {
  std::string name;
  std::string file = "keys.txt";
  std::vector<std::string> scopes = {"read"};
  double rate = 0.0;
};

constexpr uint64_t kMaxBytes = 1 << 20;

std::string read_or_empty(const std::string& file) {
  return std::filesystem::exists(file) ? read_file(file, kMaxBytes) : "";
}

void write(const std::string& file, const std::string& text) {
  write_file_atomically(file, text);
  std::filesystem::permissions(file,
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

// The first word of a line; "" of a comment.
std::string name_of(const std::string& line) {
  std::string name;
  if (!line.starts_with('#')) std::istringstream(line) >> name;
  return name;
}

void add(const Options& options) {
  if (options.name.empty() || name_of(options.name) != options.name)
    throw Error(ErrorCode::invalid_argument,
                "NAME: expected one word that does not begin with #, found another");
  std::string text = read_or_empty(options.file);
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  const auto has = [&](const char* scope) {
    return std::ranges::find(options.scopes, scope) != options.scopes.end();
  };
  const std::string key = serve::new_key();
  const serve::KeyEntry entry = {.name = options.name,
                                 .read = has("read"),
                                 .feedback = has("feedback"),
                                 .admin = has("admin"),
                                 .rate = options.rate,
                                 .digest = serve::digest_of(key)};
  text += to_line(entry) + "\n";
  serve::KeyRing::parse(text, options.file);  // a name that is there already
  write(options.file, text);
  apps::print(key + "\n");
}

void list(const Options& options) {
  const serve::KeyRing keys = serve::KeyRing::parse(read_file(options.file, kMaxBytes), options.file);
  for (const serve::KeyEntry& entry : keys.entries()) {
    const std::string line = to_line(entry);
    apps::print(line.substr(0, line.find(" sha256:")) + "\n");
  }
}

void remove(const Options& options) {
  const std::string text = read_file(options.file, kMaxBytes);
  serve::KeyRing::parse(text, options.file);
  std::string kept;
  bool found = false;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    const std::string line = text.substr(begin, end - begin);
    if (name_of(line) == options.name)
      found = true;
    else
      kept += line;
    begin = end;
  }
  if (!found) {
    throw Error(ErrorCode::not_found, options.file + ": expected a key named '" + options.name +
                                          "', found none; heed keys list shows them");
  }
  write(options.file, kept);
}

CLI::App* add_command(CLI::App& keys, const char* name, const char* help,
                      const std::shared_ptr<Options>& options) {
  CLI::App* command = keys.add_subcommand(name, help);
  command->add_option("--file", options->file, "The file of keys")->capture_default_str()->type_name("FILE");
  return command;
}

}  // namespace

void add_keys_command(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* keys = app.add_subcommand("keys", "Keys for heed serve: add, list, remove");
  keys->require_subcommand(1);
  CLI::App* added =
      add_command(*keys, "add", "Make a key: printed once, here, and kept as its SHA-256 alone", options);
  added->add_option("NAME", options->name, "Whose it is")->required();
  added->add_option("--scopes", options->scopes, "What it may do: read, feedback, admin")
      ->delimiter(',')
      ->check(CLI::IsMember({"read", "feedback", "admin"}).description(""))
      ->capture_default_str()
      ->type_name("SCOPE,...");
  added->add_option("--rate", options->rate, "Requests a second that it may ask; 0: as the server says")
      ->check(CLI::Range(0.0, 1e9))
      ->type_name("N");
  added->footer(
      "A running server takes the file up within a second.\n\n"
      "Example:\n"
      "  heed keys add website --scopes read,feedback --rate 50 --file keys.txt");
  added->callback([options] { add(*options); });
  add_command(*keys, "list", "Names, scopes and rates", options)->callback([options] { list(*options); });
  CLI::App* removed = add_command(*keys, "remove", "Take a key back", options);
  removed->add_option("NAME", options->name, "Whose it is")->required();
  removed->callback([options] { remove(*options); });
}

}  // namespace heed::cli
