#pragma once

namespace heed::cli {

// `heed prune`, which is heed-train: argv[0] is "prune". Returns the status to leave with.
int prune_program(int argc, char** argv);

}  // namespace heed::cli
