#pragma once

#include <filesystem>
#include <memory>

#include "store/stream.h"

namespace heed::store {

struct FollowedFile {
  std::filesystem::path path{};      // need not exist yet
  std::filesystem::path position{};  // a file that remembers how far it was acknowledged; "": from the start
};

// The lines of a file that grows, as tail -F follows it: across rotation (the old file is read to its end,
// also where it was renamed within its folder while nobody read) and truncation (begins again). A last line
// without its newline waits for it; it counts as a line where the file has been rotated away.
// A line's id is made of file, offset and content.
std::unique_ptr<Stream> follow_file(const FollowedFile& file, const StreamLimits& limits = {});

}  // namespace heed::store
