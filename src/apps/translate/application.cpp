#include "apps/translate/application.h"

#include <map>
#include <memory>
#include <string>

#include "apps/translate/http.h"
#include "apps/translate/run.h"

namespace heed::apps {
namespace {

void add_line_options(CLI::App& command, TranslateSettings& settings) {
  const std::map<std::string, AlignmentStyle> styles{
      {"hard", AlignmentStyle::hard}, {"soft", AlignmentStyle::soft}, {"show", AlignmentStyle::show}};
  command.add_option("FILE", settings.input, "Text, one sentence a line (standard input where absent or -)");
  command.add_flag("--json", settings.style.json, "One JSON object a line: source, translations, scores");
  command.add_option("--nbest", settings.options.nbest, "Give the best N: 'line ||| text ||| score'")
      ->check(CLI::Range(1, 64))
      ->type_name("N");
  command
      .add_option("--alignment", settings.style.alignment,
                  "Add what each piece looked at: hard (0-0 1-2), soft, or show")
      ->transform(CLI::CheckedTransformer(styles).description(""))
      ->expected(0, 1)
      ->default_str("hard")
      ->type_name("[STYLE]");
}

void add_search_options(CLI::App& command, TranslateSettings& settings) {
  command.add_option("--beam", settings.options.beam, "Hypotheses kept at each step; 1 is greedy")
      ->check(CLI::Range(1, 64))
      ->capture_default_str()
      ->type_name("N");
  command
      .add_option("--length-penalty", settings.options.length_penalty, "Above 0 favours longer translations")
      ->check(CLI::Range(0.0, 10.0))
      ->capture_default_str()
      ->type_name("X");
  command
      .add_option("--max-length", settings.options.max_length,
                  "Longest translation in tokens; 0: twice the source + 10")
      ->check(CLI::Range(0, 1 << 20))
      ->capture_default_str()
      ->type_name("N");
  command.add_option("--batch", settings.options.batch, "Sentences decoded together; the result is the same")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str()
      ->type_name("N");
  command.add_flag("--shortlist", settings.options.shortlist,
                   "Choose among the tokens of the model's shortlist (heed shortlist): faster");
  command.add_flag(
      "!--no-split", settings.options.split,
      "Refuse a line longer than the model takes; else it is split at the ends of its sentences");
  command
      .add_option("--prefixes", settings.prefixes,
                  "What each line's translation begins with, a line each; an empty one: anything")
      ->type_name("FILE");
  command
      .add_option("--forbid", settings.options.forbidden,
                  "A piece of the vocabulary that no translation may have; may be repeated")
      ->type_name("PIECE");
}

void add_catalogue_options(CLI::App& command, TranslateSettings& settings) {
  const std::string group = "Catalogues";
  auto* po = command
                 .add_option("--po", settings.po,
                             "Fill what is untranslated in this gettext catalogue, marked fuzzy")
                 ->type_name("FILE.po")
                 ->group(group);
  for (const char* name : {"FILE", "--json", "--nbest", "--alignment", "--prefixes"})
    po->excludes(command.get_option(name));
  auto* output = command
                     .add_option("-o,--output", settings.output,
                                 "Where the catalogue goes (standard output where absent)")
                     ->needs(po)
                     ->type_name("FILE.po")
                     ->group(group);
  command.add_flag("--in-place", settings.in_place, "Write it over the file itself, atomically")
      ->needs(po)
      ->excludes(output)
      ->group(group);
  command
      .add_option("--accelerator", settings.accelerator, "Marker of keyboard shortcuts: _ ~ & none, or auto")
      ->check(CLI::IsMember({"auto", "none", "_", "~", "&"}).description(""))
      ->needs(po)
      ->capture_default_str()
      ->type_name("MARK")
      ->group(group);
}

void add_commands(CLI::App& program) {
  auto settings = std::make_shared<TranslateSettings>();
  CLI::App* command = program.add_subcommand("translate", "Translate lines, or a gettext catalogue");
  command->add_option("MODEL", settings->model, "Model directory")->required();
  add_line_options(*command, *settings);
  add_search_options(*command, *settings);
  add_catalogue_options(*command, *settings);
  command->footer(
      "Examples:\n"
      "  echo 'Save the file as' | heed translate models/ui --alignment show\n"
      "  heed translate models/ui menu.txt --beam 8 --nbest 3 --json\n"
      "  heed translate models/ui --po zh_CN.po -o filled.po");
  command->callback([settings] { run_translate(*settings); });
}

}  // namespace

Application translate_application() {
  return {.name = "translate",
          .description = "Translation of lines and of gettext catalogues",
          .add_commands = add_commands,
          .routes = translate_routes};
}

}  // namespace heed::apps
