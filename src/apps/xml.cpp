#include "apps/xml.h"

#include <memory>

#include <expat.h>
#include <fmt/format.h>

#include "base/error.h"

namespace heed::apps {
namespace {

constexpr size_t kMostDepth = 64, kPiece = 1 << 20;

struct Deleter {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};

std::string_view local(const char* name) {
  const std::string_view all = name;
  const size_t colon = all.rfind(':');
  return colon == all.npos ? all : all.substr(colon + 1);
}

// What Expat calls, with where in the tree it is.
class Reader {
 public:
  explicit Reader(XmlHandler& handler) : handler_(handler), parser_(XML_ParserCreate(nullptr)) {
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), &Reader::begin, &Reader::end);
    XML_SetCharacterDataHandler(parser_.get(), &Reader::characters);
    XML_SetEntityDeclHandler(parser_.get(), &Reader::declares_entity);
  }

  void read(std::string_view xml, const std::string& what, const std::string& expected) {
    for (size_t at = 0; at == 0 || at < xml.size(); at += kPiece) {
      const std::string_view piece = xml.substr(at, kPiece);
      const bool is_last = at + kPiece >= xml.size();
      if (XML_Parse(parser_.get(), piece.data(), static_cast<int>(piece.size()), is_last ? 1 : 0) ==
              XML_STATUS_OK &&
          handler_.problem() == nullptr)
        continue;
      const char* const reason = handler_.problem() != nullptr
                                     ? handler_.problem()
                                     : XML_ErrorString(XML_GetErrorCode(parser_.get()));
      throw Error(
          ErrorCode::corrupt_data,
          fmt::format("{}:{}:{}: expected {}, found: {}", what, XML_GetCurrentLineNumber(parser_.get()),
                      XML_GetCurrentColumnNumber(parser_.get()), expected, reason));
    }
  }

 private:
  void look() {
    if (handler_.problem() != nullptr) XML_StopParser(parser_.get(), XML_FALSE);
  }
  void refuse(const char* reason) {
    handler_.refuse(reason);
    look();
  }

  static void declares_entity(void* self, const char*, int, const char*, int, const char*, const char*,
                              const char*, const char*) {
    static_cast<Reader*>(self)->refuse("a declaration of entities");
  }
  static void begin(void* data, const char* name, const char** attributes) {
    auto& self = *static_cast<Reader*>(data);
    if (self.handler_.problem() != nullptr) return;
    if (++self.depth_ > kMostDepth) return self.refuse("elements nested too deep");
    self.handler_.begin(local(name), attributes, self.depth_);
    self.look();
  }
  static void characters(void* data, const char* text, int length) {
    auto& self = *static_cast<Reader*>(data);
    if (self.handler_.problem() == nullptr) self.handler_.text({text, static_cast<size_t>(length)});
  }
  static void end(void* data, const char* name) {
    auto& self = *static_cast<Reader*>(data);
    if (self.handler_.problem() == nullptr) self.handler_.end(local(name), self.depth_);
    --self.depth_;
  }

  XmlHandler& handler_;
  std::unique_ptr<XML_ParserStruct, Deleter> parser_;
  size_t depth_ = 0;
};

}  // namespace

std::string_view attribute(const char** attributes, std::string_view name) {
  for (; *attributes != nullptr; attributes += 2)
    if (name == *attributes) return attributes[1];
  return "";
}

void read_xml(std::string_view xml, XmlHandler& handler, const std::string& what,
              const std::string& expected) {
  Reader(handler).read(xml, what, expected);
}

}  // namespace heed::apps
