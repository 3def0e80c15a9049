// The rows of "The attention economy" in docs/results.md.
#include "economy_rows.h"
#include "report.h"

int main(int argc, char** argv) {
  using namespace heed::bench;
  return run_rows({{"economy-exact", economy_exact},
                   {"economy-scale", economy_scale},
                   {"economy-resolve", economy_resolve},
                   {"economy-online", economy_online},
                   {"economy-fsrs", economy_fsrs},
                   {"economy-memory-model", economy_memory_model}},
                  "the attention economy, two threads", argc, argv);
}
