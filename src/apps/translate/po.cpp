#include "apps/translate/po.h"

#include <algorithm>
#include <set>

#include "apps/translate/placeholder_check.h"
#include "apps/translate/po_header.h"
#include "apps/translate/protect.h"
#include "metrics/confusion_table.h"

namespace heed::apps {
namespace {

// Formats whose messages printf or its like reads.
constexpr std::string_view kPrintfFormats[] = {
    "c-format",   "objc-format", "python-format",       "php-format",   "perl-format",     "awk-format",
    "lua-format", "ruby-format", "gcc-internal-format", "boost-format", "sh-printf-format"};
constexpr size_t kReasonsShown = 10;
constexpr int kMessageWidth = 48;

// One untranslated entry on its way: a protected text for each form that it needs.
struct Job {
  data::PoEntry* entry = nullptr;
  bool printf_format = false;
  std::vector<std::string> sources;
  std::vector<Protected> forms;
};

// The message that each form translates: the singular for the first of two or more, else the plural. Where a
// language has more than two, the first form can stand for many numbers (21 in Russian), so that it needs the
// number too.
std::vector<std::string> form_sources(const data::PoEntry& entry, size_t forms, bool printf_format) {
  if (entry.plural_id.empty()) return {entry.id};
  const size_t count = std::max<size_t>(forms > 0 ? forms : entry.translations.size(), 1);
  std::vector<std::string> sources(count, entry.plural_id);
  const bool same_placeholders = placeholder_problem(entry.plural_id, entry.id, printf_format).empty();
  if (count == 2 || (count > 2 && same_placeholders)) sources[0] = entry.id;
  return sources;
}

Job make_job(data::PoEntry& entry, size_t forms, char marker) {
  Job job;
  job.entry = &entry;
  job.printf_format = std::ranges::any_of(entry.flags, [](const std::string& flag) {
    return std::ranges::find(kPrintfFormats, flag) != std::end(kPrintfFormats);
  });
  job.sources = form_sources(entry, forms, job.printf_format);
  for (const std::string& source : job.sources)
    job.forms.push_back(protect(source, marker, job.printf_format));
  return job;
}

std::vector<Core> collect_cores(const std::vector<Job>& jobs) {
  std::set<Core> cores;
  for (const Job& job : jobs) {
    for (const Protected& form : job.forms) {
      for (const Segment& segment : form.segments) {
        if (has_words(segment.core)) cores.insert({segment.core, job.printf_format});
      }
    }
  }
  return {cores.begin(), cores.end()};
}

// Puts the forms together. Returns what stands in the way, "" where the entry is filled.
std::string finish(const Job& job, const std::map<Core, CoreTranslation>& translations) {
  std::vector<std::string> texts;
  for (size_t i = 0; i < job.forms.size(); ++i) {
    if (i < job.entry->translations.size() && !job.entry->translations[i].empty()) {
      texts.push_back(job.entry->translations[i]);  // a form that a person has written
      continue;
    }
    std::vector<std::string> cores;
    for (const Segment& segment : job.forms[i].segments) {
      const auto found = translations.find({segment.core, job.printf_format});
      const bool translated = has_words(segment.core) && found != translations.end();
      if (translated && found->second.text.empty()) return found->second.problem;
      cores.push_back(translated ? found->second.text : segment.core);
    }
    texts.push_back(restore(job.forms[i], cores));
    // Segments are sound one by one; together they could still form a placeholder that was not there.
    std::string problem = placeholder_problem(job.sources[i], texts.back(), job.printf_format);
    if (!problem.empty()) return problem;
  }
  job.entry->set_translations(std::move(texts), true);
  return "";
}

// The entries to fill; counts the others.
std::vector<Job> find_jobs(data::PoFile& file, char marker, PoReport& report) {
  const size_t forms = plural_forms_of(file, report.where);
  std::vector<Job> jobs;
  for (data::PoEntry& entry : file.entries) {
    if (entry.obsolete || entry.is_header()) continue;
    ++report.entries;
    if (entry.untranslated()) {
      jobs.push_back(make_job(entry, forms, marker));
    } else {
      ++(entry.fuzzy() ? report.fuzzy : report.translated);
    }
  }
  return jobs;
}

}  // namespace

PoReport translate_po(data::PoFile& file, const TranslateFunction& translate, const PoOptions& options) {
  PoReport report;
  report.where = options.where;
  check_charset(file, options.where);
  report.accelerator_marker =
      options.accelerator_marker ? *options.accelerator_marker : accelerator_marker_of(file);
  const std::vector<Job> jobs = find_jobs(file, report.accelerator_marker, report);
  const std::vector<Core> cores = collect_cores(jobs);
  const auto translations = translate_cores(cores, report.accelerator_marker, translate);
  for (const Job& job : jobs) {
    const std::string problem = finish(job, translations);
    if (problem.empty()) {
      ++report.filled;
    } else {
      report.left.push_back({job.entry->line, job.entry->id, problem});
    }
  }
  return report;
}

std::string to_text(const PoReport& report) {
  const auto row = [](const char* name, int64_t count, const char* note) {
    return metrics::fit_to_width(name, 20) + std::to_string(count) + (count > 0 ? note : "") + "\n";
  };
  std::string text = row("entries", report.entries, "") +
                     row("already translated", report.translated, " (unchanged)") +
                     row("already fuzzy", report.fuzzy, " (unchanged)") +
                     row("filled", report.filled, " (marked fuzzy: have them read)") +
                     row("left untranslated", static_cast<int64_t>(report.left.size()), "");
  for (size_t i = 0; i < std::min(report.left.size(), kReasonsShown); ++i) {
    const LeftEntry& entry = report.left[i];
    std::string message = entry.id;
    std::ranges::replace_if(
        message, [](unsigned char c) { return c < 0x20; }, ' ');
    text += "  " + report.where + ":" + std::to_string(entry.line) + "  " +
            metrics::fit_to_width(message, kMessageWidth) + "  " + entry.reason + "\n";
  }
  if (report.left.size() > kReasonsShown) {
    text += "  … and " + std::to_string(report.left.size() - kReasonsShown) + " more\n";
  }
  return text;
}

}  // namespace heed::apps
