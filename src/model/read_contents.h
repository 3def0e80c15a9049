#pragma once

#include "model/model_directory.h"

namespace heed {

// What a model is made of, to be written again with a part of it changed: everything but run/, which is the
// record of one training and belongs to the model that came from it. Throws corrupt_data where assets/ holds
// anything but plain files.
ModelContents read_contents(const ModelDirectory& model);

// That record, where a part is added to the model it came from.
std::map<std::string, std::string> read_run(const ModelDirectory& model);

}  // namespace heed
