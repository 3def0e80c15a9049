#pragma once

#include "apps/app.h"

namespace heed::apps {

// `heed translate`: lines, or what is untranslated in a gettext catalogue.
Application translate_application();

}  // namespace heed::apps
