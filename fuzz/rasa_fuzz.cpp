// A Rasa file from anyone: refused with heed::Error, or examples whose entities lie within their texts and
// answers that read back as they were written.

#include <cstdlib>
#include <string>

#include "apps/support/rasa_reader.h"
#include "base/error.h"
#include "text/normalise.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace heed::apps::support;
  try {
    RasaProject project;
    const std::string file = "fuzz.yml";
    project.read(parse_yaml({reinterpret_cast<const char*>(bytes), size}, file), file);
    Dataset dataset;
    project.finish(dataset);
    for (const LabelledText& example : dataset.examples) {
      const auto again = parse_entities(entities_json(example.entities), example.text, file);
      if (again.size() != example.entities.size()) std::abort();
    }
    dataset.answers.check();
    Answers::parse(dataset.answers.to_json(), file);
  } catch (const heed::Error&) {
  }
  return 0;
}
