#include "infer/translator.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "infer/alignment.h"
#include "infer/arena.h"
#include "infer/beam_search.h"
#include "infer/shortlist.h"
#include "infer/single_thread.h"
#include "infer/text_encoder.h"
#include "infer/working_memory.h"

namespace heed::infer {
namespace {

const ModelDirectory& require_decoder(const ModelDirectory& directory) {
  if (directory.config.decodes()) return directory;
  throw Error(ErrorCode::invalid_argument,
              directory.path.string() + ": expected a model that translates, found " +
                  to_string(directory.config.architecture) + "; use heed classify for it");
}

}  // namespace

struct Translator::Impl {
  explicit Impl(const ModelDirectory& directory)
      : config(require_decoder(directory).config),
        source_text(directory),
        target_text(directory, TextEncoder::Side::target),
        encoder(Weights(directory.weights), config),
        shortlist(Shortlist::of_model(directory)),
        decoder(Weights(directory.weights), config, shortlist.has_value()) {}

  std::vector<TranslationResult> translate(std::span<const std::string> lines,
                                           const TranslateOptions& options,
                                           std::span<const std::string> prefixes) const;
  // What is searched for at once: a line, or a part of one.
  struct Part {
    size_t line;
    TextPart text;
    std::vector<int32_t> prefix;
    std::vector<Hypothesis> found;
  };
  [[noreturn]] void refuse_long(size_t line) const;
  void search(std::span<Part> parts, const TranslateOptions& options) const;
  void join(const Part& part, const TranslateOptions& options, TranslationResult& result) const;
  std::vector<uint8_t> mark_forbidden(const std::vector<std::string>& pieces) const;
  Translation finish(const Hypothesis& hypothesis, std::span<const int32_t> source, bool align) const;
  SearchLimits limits(int64_t source_length, const TranslateOptions& options) const;
  Matrix teacher_force(std::span<const int32_t> source, std::span<const int32_t> target,
                       attention::Tap* tap) const;

  ModelConfig config;
  TextEncoder source_text;
  TextEncoder target_text;
  Encoder encoder;
  std::optional<Shortlist> shortlist;
  Decoder decoder;
};

std::vector<TranslationResult> Translator::Impl::translate(std::span<const std::string> lines,
                                                           const TranslateOptions& options,
                                                           std::span<const std::string> prefixes) const {
  std::vector<Part> parts;
  for (size_t i = 0; i < lines.size(); ++i) {
    std::vector<TextPart> texts = source_text.encode_parts(lines[i]);
    if (texts.size() > 1 && !options.split) refuse_long(i);
    for (TextPart& text : texts)
      parts.push_back({.line = i, .text = std::move(text), .prefix = {}, .found = {}});
    if (!prefixes.empty()) parts[parts.size() - texts.size()].prefix = target_text.encode(prefixes[i]);
  }
  search(parts, options);
  std::vector<TranslationResult> results(lines.size());
  for (const Part& part : parts) join(part, options, results[part.line]);
  for (size_t i = 0, part = 0; i < lines.size(); ++i) {
    int64_t count = 0;
    for (; part < parts.size() && parts[part].line == i; ++part) ++count;
    for (Translation& translation : results[i].best) {
      translation.score /= static_cast<double>(count);
      for (auto& row : translation.alignment) row.resize(results[i].source_pieces.size());
    }
  }
  return results;
}

void Translator::Impl::refuse_long(size_t line) const {
  throw Error(ErrorCode::too_large, "line " + std::to_string(line + 1) + ": expected at most " +
                                        std::to_string(config.max_length - 1) +
                                        " tokens, found more; split it, or let it be split at sentence ends");
}

// Like lengths together: they end at like steps.
void Translator::Impl::search(std::span<Part> parts, const TranslateOptions& options) const {
  std::vector<Part*> order;
  for (Part& part : parts) {
    if (!part.text.ids.empty()) order.push_back(&part);
  }
  std::ranges::stable_sort(order, std::greater(), [](const Part* part) { return part->text.ids.size(); });
  std::vector<SearchJob> jobs;
  std::vector<SearchSize> sizes;
  for (const Part* part : order) {
    const auto length = static_cast<int64_t>(part->text.ids.size()) + 1;
    jobs.push_back({.source = part->text.ids, .prefix = part->prefix, .limits = limits(length, options)});
    sizes.push_back({.source = std::min(length, config.max_length),
                     .max_length = jobs.back().limits.max_length,
                     .beam = options.beam});
  }
  const size_t bytes = search_bytes(config, sizes, options.batch);
  const Workspace workspace(bytes);
  const Arena* const arena = workspace_arena();
  const bool has_room = arena != nullptr && arena->size() >= bytes;  // else rows come as they are needed
  const std::vector<uint8_t> forbidden = mark_forbidden(options.forbidden);
  if (options.shortlist && !shortlist) {
    throw Error(ErrorCode::not_found,
                "shortlist: expected a model that has one, found none; make it with heed shortlist");
  }
  auto found = beam_search(encoder, decoder, jobs,
                           {.batch = options.batch,
                            .max_length = config.max_length,
                            .forbidden = forbidden,
                            .shortlist = options.shortlist ? &*shortlist : nullptr,
                            .rows = has_room ? state_rows(sizes, options.batch) : StateRows{}});
  for (size_t k = 0; k < order.size(); ++k) order[k]->found = std::move(found[k]);
}

// Appends a part's translations to those of its line so far.
void Translator::Impl::join(const Part& part, const TranslateOptions& options,
                            TranslationResult& result) const {
  const size_t before = result.source_pieces.size();
  for (std::string& piece : source_text.pieces(part.text.ids))
    result.source_pieces.push_back(std::move(piece));
  if (part.found.empty()) {  // an empty line
    result.best.resize(std::max<size_t>(result.best.size(), 1));
    return;
  }
  if (before == 0) result.best.resize(part.found.size());
  result.best.resize(std::min(result.best.size(), part.found.size()));
  for (size_t k = 0; k < result.best.size(); ++k) {
    Translation more = finish(part.found[k], part.text.ids, options.alignment), &whole = result.best[k];
    whole.text += (part.text.spaced ? " " : "") + more.text;
    whole.score += more.score;
    for (std::string& piece : more.pieces) whole.pieces.push_back(std::move(piece));
    for (auto& row : more.alignment) {
      row.insert(row.begin(), before, 0.0F);
      whole.alignment.push_back(std::move(row));
    }
  }
}

std::vector<uint8_t> Translator::Impl::mark_forbidden(const std::vector<std::string>& pieces) const {
  if (pieces.empty()) return {};
  std::vector<uint8_t> forbidden(static_cast<size_t>(config.target_vocabulary));
  std::map<std::string, int32_t> ids;
  for (int32_t id = Tokenizer::kEnd + 1; id < static_cast<int32_t>(forbidden.size()); ++id)
    ids.emplace(target_text.tokenizer().piece(id), id);
  for (const std::string& piece : pieces) {
    const auto found = ids.find(piece);
    if (found == ids.end()) {
      throw Error(ErrorCode::invalid_argument,
                  "forbidden: expected pieces of the target's vocabulary, found '" + piece +
                      "'; --json prints a translation's pieces");
    }
    forbidden[static_cast<size_t>(found->second)] = 1;
  }
  return forbidden;
}

SearchLimits Translator::Impl::limits(int64_t source_length, const TranslateOptions& options) const {
  return {.beam = options.beam,
          .nbest = options.nbest,
          .length_penalty = options.length_penalty,
          .max_length = options.max_length > 0
                            ? std::min(options.max_length, config.max_length)
                            : default_translation_length(source_length, config.max_length)};
}

Translation Translator::Impl::finish(const Hypothesis& hypothesis, std::span<const int32_t> source,
                                     bool align) const {
  std::span<const int32_t> words = hypothesis.ids;
  if (!words.empty() && words.back() == Tokenizer::kEnd) words = words.first(words.size() - 1);
  Translation translation{.text = target_text.tokenizer().decode(words),
                          .score = hypothesis.score,
                          .pieces = {},
                          .alignment = {}};
  for (const int32_t id : hypothesis.ids) translation.pieces.push_back(target_text.tokenizer().piece(id));
  if (align) {
    attention::Tap tap{
        .top = static_cast<int64_t>(source.size()) + 1, .keys = {}, .weights = {}, .entropy = {}};
    const auto rows = static_cast<int64_t>(hypothesis.ids.size());
    // Row t predicts token t, so the last token is never an input.
    teacher_force(source, std::span(hypothesis.ids).first(hypothesis.ids.size() - 1), &tap);
    translation.alignment = mean_attention(tap, config.heads, 0, rows, tap.top);
  }
  return translation;
}

Matrix Translator::Impl::teacher_force(std::span<const int32_t> source, std::span<const int32_t> target,
                                       attention::Tap* tap) const {
  PackedTexts texts;
  texts.add(source, config.max_length);
  std::vector<int32_t> inputs = {Tokenizer::kBegin};
  inputs.insert(inputs.end(), target.begin(), target.end());
  inputs.resize(std::min(inputs.size(), static_cast<size_t>(config.max_length)));
  const auto length = static_cast<int64_t>(inputs.size());
  const SearchSize size = {.source = texts.length(0), .max_length = length, .beam = 1};
  const Workspace workspace(search_bytes(config, {&size, 1}, 1) + encoding_bytes(config, length, 1));
  DecoderState state = decoder.empty_state(size.source, 1 + length);
  const TextMemory memory = decoder.start(state, encoder.forward(texts), texts.sequences).front();
  std::vector<int32_t> rows = memory.begin;
  for (size_t i = 0; i < inputs.size(); ++i) rows.push_back(state.take_target());
  const Segment segment = {
      .source = memory.source, .target = rows, .past = 0, .count = static_cast<int64_t>(inputs.size())};
  return decoder.advance(state, inputs, {&segment, 1}, tap);
}

Translator::Translator(const ModelDirectory& directory) {
  const SingleThread single;
  impl_ = std::make_unique<Impl>(directory);
}
Translator::~Translator() = default;
Translator::Translator(Translator&&) noexcept = default;

std::vector<TranslationResult> Translator::translate(std::span<const std::string> lines,
                                                     const TranslateOptions& options,
                                                     std::span<const std::string> prefixes) const {
  check_options(options);
  if (!prefixes.empty() && prefixes.size() != lines.size()) {
    throw Error(ErrorCode::invalid_argument, "prefixes: expected one a line (" +
                                                 std::to_string(lines.size()) + "), found " +
                                                 std::to_string(prefixes.size()));
  }
  const SingleThread single;
  return impl_->translate(lines, options, prefixes);
}

std::vector<TextVector> Translator::embed(std::span<const std::string> texts,
                                          const EmbedOptions& options) const {
  const SingleThread single;
  const auto add = [&](size_t i, PackedTexts& batch) {
    const std::vector<int32_t> ids = impl_->source_text.encode(texts[i]);
    batch.add(ids, impl_->config.max_length);
    return impl_->source_text.pieces(ids);
  };
  return text_vectors(impl_->encoder, impl_->config, texts.size(), add, options);
}

std::vector<float> Translator::logits(std::span<const int32_t> source,
                                      std::span<const int32_t> target) const {
  check_ids(source, impl_->config.source_vocabulary, "source");
  check_ids(target, impl_->config.target_vocabulary, "target");
  const SingleThread single;
  const Matrix logits = impl_->decoder.output().logits(impl_->teacher_force(source, target, nullptr));
  return {logits.values.begin(), logits.values.end()};
}

}  // namespace heed::infer
