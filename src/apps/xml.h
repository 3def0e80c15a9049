#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace heed::apps {

// Sees the elements of XML from anyone as they come.
class XmlHandler {
 public:
  virtual ~XmlHandler() = default;
  // Names without their prefix: "dc:date" comes as "date". `attributes` are name, value, …, null. `depth` is
  // 1 of the outermost element. Must not throw: refuse() instead.
  virtual void begin(std::string_view name, const char** attributes, size_t depth) = 0;
  virtual void text(std::string_view text) = 0;
  virtual void end(std::string_view name, size_t depth) = 0;

  void refuse(const char* reason) { problem_ = reason; }
  const char* problem() const { return problem_; }

 private:
  const char* problem_ = nullptr;
};

// "" where there is none of this name.
std::string_view attribute(const char** attributes, std::string_view name);

// Reads it all (Expat). Throws corrupt_data "WHAT:LINE:COLUMN: expected EXPECTED, found: …" where it is no
// XML, the handler refuses, or elements stand more than 64 deep. Entities are XML's own: a document that
// declares others is refused, so that none can grow without end or name a file.
void read_xml(std::string_view xml, XmlHandler& handler, const std::string& what,
              const std::string& expected);

}  // namespace heed::apps
