#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "apps/console.h"
#include "apps/digest/commands.h"
#include "apps/digest/digest.h"
#include "apps/digest/inputs.h"
#include "apps/digest/output.h"
#include "apps/event_time.h"
#include "base/error.h"
#include "store/event.h"

namespace heed::apps::digest {
namespace {

struct Arguments {
  std::vector<std::string> files;
  DigestOptions options;
  std::vector<std::string> topics, read, skip, save;
  bool ask = false;
  std::string history, format = "text", language = "en", at;
};

// What the reader says of items, in memory and in the history.
void take_deeds(const Arguments& arguments, const std::vector<Item>& items, int64_t now_us, Reader& reader) {
  const std::pair<const std::vector<std::string>*, Deed> kinds[] = {
      {&arguments.read, Deed::read}, {&arguments.skip, Deed::skip}, {&arguments.save, Deed::save}};
  for (const auto& [ids, deed] : kinds) {
    for (const std::string& id : *ids) {
      const auto item = std::ranges::find(items, id, &Item::id);
      if (item == items.end())
        throw Error(ErrorCode::not_found,
                    "item '" + id + "': none of the feeds has it (--format json names ids)");
      const ReaderEvent event = event_of(*item, deed, now_us);
      if (!arguments.history.empty()) append_history(arguments.history, event);
      reader.take(event);
    }
  }
}

void run(const Arguments& arguments) {
  int64_t now = store::now_us();
  if (!arguments.at.empty()) {
    const auto time = parse_time(arguments.at);
    if (!time)
      throw Error(ErrorCode::invalid_argument,
                  "--at: expected a time as 2026-11-26T08:00:00Z, found '" + arguments.at + "'");
    now = *time;
  }
  Inputs inputs = read_inputs(arguments.files, now, arguments.ask);
  Reader reader;
  reader.choose_topics(arguments.topics);
  if (!arguments.history.empty()) read_history(arguments.history, reader);
  take_deeds(arguments, inputs.items, now, reader);
  Shelf shelf(std::move(inputs.items));
  const Digest digest = make_digest(shelf, reader, arguments.options, now);
  for (const std::string& problem : inputs.problems) print_report(problem + "\n");
  for (const std::string& notice : digest.notices) print_report(notice + "\n");
  const bool chinese = arguments.language == "zh";
  print(arguments.format == "html"   ? to_html(digest, chinese)
        : arguments.format == "text" ? to_text(digest, chinese)
        : arguments.format == "feed"
            ? to_json_feed(digest, chinese ? "您的摘要" : "Your digest").dump(2) + "\n"
            : to_json(digest).dump(2) + "\n");
}

}  // namespace

void add_digest_command(CLI::App& program) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = program.add_subcommand(
      "digest", "What deserves your minutes, and why: feeds and mail in, a digest out");
  command
      ->add_option("feeds", arguments->files,
                   "Files or addresses (http, https) of RSS, Atom, OPML, mail (mbox) or lines of JSON "
                   "{title, text, url, "
                   "source, ts, id}; -: standard input")
      ->required();
  DigestOptions& options = arguments->options;
  command->add_option("--minutes", options.minutes, "You have")->capture_default_str();
  command->add_option("--topics", arguments->topics, "You want to read of, a comma between them")
      ->delimiter(',');
  command->add_option("--must", options.must, "A story with these words is in; may be given again");
  command
      ->add_option("--unexpected", options.unexpected, "Share of the minutes for what nothing speaks of yet")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command->add_flag("--ask", arguments->ask, "Ask the addresses that an OPML file lists too");
  command->add_option("--history", arguments->history,
                      "Lines of JSON: what you read, skipped and saved; --read, --skip and --save add to it");
  command->add_option("--read", arguments->read, "Ids of items that you have read")->delimiter(',');
  command->add_option("--skip", arguments->skip, "Ids of items that you do not want")->delimiter(',');
  command->add_option("--save", arguments->save, "Ids of items to keep")->delimiter(',');
  command->add_flag("--kept", options.kept, "Saved items come again when they are about to be forgotten");
  command
      ->add_option("--format", arguments->format,
                   "text; json: all figures; feed: JSON Feed 1.1; html: a page for a mail")
      ->check(CLI::IsMember({"text", "json", "feed", "html"}))
      ->capture_default_str();
  command->add_option("--language", arguments->language, "Of reasons")
      ->check(CLI::IsMember({"en", "zh"}))
      ->capture_default_str();
  command->add_option("--at", arguments->at, "The time that it is; else now");
  command->footer(
      "Examples:\n  heed digest news.xml list.opml --minutes 20 --topics oil,电池 --must recall\n"
      "  heed digest https://example.org/feed.xml subscriptions.opml --ask");
  command->callback([arguments] { run(*arguments); });
}

}  // namespace heed::apps::digest
