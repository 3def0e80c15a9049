#include "apps/translate/application.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "apps/console.h"
#include "apps/line_reader.h"
#include "apps/translate/line_output.h"
#include "apps/translate/po.h"
#include "base/error.h"
#include "base/files.h"
#include "infer/translator.h"
#include "model/model_directory.h"

namespace heed::apps {
namespace {

constexpr size_t kChunkLines = 256;

struct Settings {
  std::string model;
  std::string input = "-";
  infer::TranslateOptions options;
  LineStyle style;
  std::string po;
  std::string output = "-";
  bool in_place = false;
  std::string accelerator = "auto";
};

void translate_lines(const infer::Translator& translator, const Settings& settings) {
  LineReader reader(settings.input);
  int64_t number = 0;
  for (auto lines = reader.next(kChunkLines); !lines.empty(); lines = reader.next(kChunkLines)) {
    const auto results = translator.translate(lines, settings.options);
    for (size_t i = 0; i < lines.size(); ++i)
      print(format_result(results[i], lines[i], number++, settings.style));
    flush_output();
  }
}

// Every hypothesis of the beam, so that one that keeps the placeholders can be chosen.
TranslateFunction candidates_of(const infer::Translator& translator, infer::TranslateOptions options) {
  options.nbest = options.beam;
  return [&translator, options](std::span<const std::string> texts) {
    std::vector<Candidates> answers;
    for (const auto& result : translator.translate(texts, options)) {
      Candidates& candidates = answers.emplace_back();
      for (const infer::Translation& translation : result.best) candidates.push_back(translation.text);
    }
    return answers;
  };
}

PoOptions po_options(const Settings& settings) {
  PoOptions options{.where = settings.po, .accelerator_marker = std::nullopt};
  if (settings.accelerator != "auto") {
    options.accelerator_marker = settings.accelerator == "none" ? char{0} : settings.accelerator[0];
  }
  return options;
}

void translate_catalogue(const infer::Translator& translator, const Settings& settings) {
  data::PoFile file = data::parse_po(read_file(settings.po), settings.po);
  const PoReport report =
      translate_po(file, candidates_of(translator, settings.options), po_options(settings));
  const std::string text = data::to_text(file);
  const std::string output = settings.in_place ? settings.po : settings.output;
  if (output == "-") {
    print(text);
    flush_output();
  } else {
    write_file_atomically(output, text);
  }
  print_report(to_text(report));
}

void check(const Settings& settings) {
  if (settings.options.nbest > settings.options.beam) {
    throw Error(ErrorCode::invalid_argument, "--nbest: expected at most --beam (" +
                                                 std::to_string(settings.options.beam) + "), found " +
                                                 std::to_string(settings.options.nbest));
  }
}

void run(Settings settings) {
  check(settings);
  settings.options.alignment = settings.style.alignment != AlignmentStyle::none;
  settings.style.nbest = settings.options.nbest > 1;
  const infer::Translator translator(open_model(settings.model));
  if (settings.po.empty()) {
    translate_lines(translator, settings);
  } else {
    translate_catalogue(translator, settings);
  }
}

void add_line_options(CLI::App& command, Settings& settings) {
  const std::map<std::string, AlignmentStyle> styles{
      {"hard", AlignmentStyle::hard}, {"soft", AlignmentStyle::soft}, {"show", AlignmentStyle::show}};
  command.add_option("FILE", settings.input, "Text, one sentence a line (standard input where absent or -)");
  command.add_flag("--json", settings.style.json, "One JSON object a line: source, translations, scores");
  command.add_option("--nbest", settings.options.nbest, "Give the best N: 'line ||| text ||| score'")
      ->check(CLI::Range(1, 64))
      ->type_name("N");
  command
      .add_option("--alignment", settings.style.alignment,
                  "Add what each piece looked at: hard (0-0 1-2; where no style is named), soft, or show")
      ->transform(CLI::CheckedTransformer(styles).description(""))
      ->expected(0, 1)
      ->default_str("hard")
      ->type_name("[STYLE]");
}

void add_search_options(CLI::App& command, Settings& settings) {
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
}

void add_catalogue_options(CLI::App& command, Settings& settings) {
  const std::string group = "Catalogues";
  auto* po = command
                 .add_option("--po", settings.po,
                             "Fill what is untranslated in this gettext catalogue, marked fuzzy")
                 ->type_name("FILE.po")
                 ->group(group);
  for (const char* name : {"FILE", "--json", "--nbest", "--alignment"})
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
  auto settings = std::make_shared<Settings>();
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
  command->callback([settings] { run(*settings); });
}

}  // namespace

Application translate_application() {
  return {"translate", "Translation of lines and of gettext catalogues", add_commands};
}

}  // namespace heed::apps
