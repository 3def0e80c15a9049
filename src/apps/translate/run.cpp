#include "apps/translate/run.h"

#include <optional>
#include <vector>

#include "apps/console.h"
#include "apps/line_reader.h"
#include "apps/translate/po.h"
#include "base/error.h"
#include "base/files.h"
#include "model/model_directory.h"

namespace heed::apps {
namespace {

constexpr size_t kChunkLines = 256;

// The next `count` lines, which must be there.
std::vector<std::string> take_prefixes(LineReader& reader, size_t count, int64_t before,
                                       const std::string& file) {
  std::vector<std::string> prefixes;
  while (prefixes.size() < count) {
    const std::vector<std::string> more = reader.next(count - prefixes.size());
    if (more.empty())
      throw Error(ErrorCode::corrupt_data,
                  file + ": expected a prefix (or an empty line) for each line, found " +
                      std::to_string(before + std::ssize(prefixes)) + " and more lines");
    prefixes.insert(prefixes.end(), more.begin(), more.end());
  }
  return prefixes;
}

void translate_lines(const infer::Translator& translator, const TranslateSettings& settings) {
  LineReader reader(settings.input);
  std::optional<LineReader> prefix_reader;
  if (!settings.prefixes.empty()) prefix_reader.emplace(settings.prefixes);
  int64_t number = 0;
  for (auto lines = reader.next(kChunkLines); !lines.empty(); lines = reader.next(kChunkLines)) {
    std::vector<std::string> prefixes;
    if (prefix_reader) prefixes = take_prefixes(*prefix_reader, lines.size(), number, settings.prefixes);
    const auto results = translator.translate(lines, settings.options, prefixes);
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

PoOptions po_options(const TranslateSettings& settings) {
  PoOptions options{.where = settings.po, .accelerator_marker = std::nullopt};
  if (settings.accelerator != "auto") {
    options.accelerator_marker = settings.accelerator == "none" ? char{0} : settings.accelerator[0];
  }
  return options;
}

void translate_catalogue(const infer::Translator& translator, const TranslateSettings& settings) {
  const std::string output = settings.in_place ? settings.po : settings.output;
  if (output != "-") check_can_write(output);
  data::PoFile file = data::parse_po(read_file(settings.po), settings.po);
  const PoReport report =
      translate_po(file, candidates_of(translator, settings.options), po_options(settings));
  const std::string text = data::to_text(file);
  if (output == "-") {
    print(text);
    flush_output();
  } else {
    write_file_atomically(output, text);
  }
  print_report(to_text(report));
}

void check(const TranslateSettings& settings) {
  if (settings.options.nbest > settings.options.beam) {
    throw Error(ErrorCode::invalid_argument, "--nbest: expected at most --beam (" +
                                                 std::to_string(settings.options.beam) + "), found " +
                                                 std::to_string(settings.options.nbest) + "; raise --beam");
  }
}

}  // namespace

void run_translate(TranslateSettings settings) {
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

}  // namespace heed::apps
