#pragma once

#include "attention/attention.h"

namespace heed::attention {

// Throws invalid_argument, naming every shape, where inputs do not fit the variant or one another, and
// unsupported where the variant combines what has no definition. `name` is the call that the message begins
// with. T is float or BFloat16, Out float or const float. Of an index of key or value rows, that no entry of
// a sequence is below 0: how many rows there are is not known here.
template <class T, class Out>
void check_inputs(const char* name, const Variant& variant, const Inputs<T>& inputs,
                  const Heads<Out>& output);

// The same for what only backward() takes. Query rows of different sequences must not overlap there, nor key
// rows, and no rows are scattered: each row's gradient is written by one unit.
template <class T>
void check_gradients(const char* name, const Inputs<T>& inputs, const Saved& saved,
                     const Heads<const float>& d_output, const Gradients<float>& gradients);

}  // namespace heed::attention
