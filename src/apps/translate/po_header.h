#pragma once

#include <cstddef>
#include <string>

#include "data/po_file.h"

namespace heed::apps {

// The value of the line "NAME: value" of the file's header entry, "" where there is none.
std::string header_field(const data::PoFile& file, const std::string& name);

// Throws unsupported where the header's Content-Type names another charset than UTF-8, in which translations
// are written; invalid_argument on a template's CHARSET.
void check_charset(const data::PoFile& file, const std::string& where);

// Forms of a plural entry by the header's Plural-Forms; 0 where it does not say. Throws corrupt_data where
// nplurals is not 1 to 10; `where` names the file.
size_t plural_forms_of(const data::PoFile& file, const std::string& where);

// The marker of keyboard accelerators: the header's X-Accelerator-Marker, else the one that the messages use;
// 0: none.
char accelerator_marker_of(const data::PoFile& file);

}  // namespace heed::apps
