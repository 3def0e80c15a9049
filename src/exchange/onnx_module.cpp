// The whole of libheed_onnx.so: see onnx_library.h. Nothing here lets an exception out.
#include <exception>

#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include "exchange/onnx_library.h"

namespace heed::exchange {
namespace {

constexpr int64_t kOperatorSet = 17;  // the first with LayerNormalization

onnx::TensorProto_DataType type_of(DataType type) {
  return type == DataType::i64 ? onnx::TensorProto_DataType_INT64 : onnx::TensorProto_DataType_FLOAT;
}

void fill(const Tensor& from, onnx::TensorProto* to) {
  to->set_name(from.name);
  to->set_data_type(type_of(from.type));
  for (const int64_t side : from.shape) to->add_dims(side);
  to->set_raw_data(from.bytes);
}

struct FillAttribute {
  onnx::AttributeProto* to;

  void operator()(int64_t value) const {
    to->set_type(onnx::AttributeProto_AttributeType_INT);
    to->set_i(value);
  }
  void operator()(float value) const {
    to->set_type(onnx::AttributeProto_AttributeType_FLOAT);
    to->set_f(value);
  }
  void operator()(const std::vector<int64_t>& values) const {
    to->set_type(onnx::AttributeProto_AttributeType_INTS);
    for (const int64_t value : values) to->add_ints(value);
  }
};

void fill(const OnnxNode& from, onnx::NodeProto* to) {
  to->set_name(from.outputs.front());
  to->set_op_type(from.operation);
  for (const std::string& name : from.inputs) to->add_input(name);
  for (const std::string& name : from.outputs) to->add_output(name);
  for (const auto& [name, value] : from.attributes) {
    onnx::AttributeProto* attribute = to->add_attribute();
    attribute->set_name(name);
    std::visit(FillAttribute{attribute}, value);
  }
}

void fill(const OnnxValue& from, onnx::ValueInfoProto* to) {
  to->set_name(from.name);
  onnx::TypeProto_Tensor* tensor = to->mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(type_of(from.type));
  for (const OnnxDimension& dimension : from.shape) {
    onnx::TensorShapeProto_Dimension* side = tensor->mutable_shape()->add_dim();
    if (const auto* number = std::get_if<int64_t>(&dimension)) side->set_dim_value(*number);
    if (const auto* name = std::get_if<std::string>(&dimension)) side->set_dim_param(*name);
  }
}

onnx::ModelProto to_proto(const OnnxModel& model) {
  onnx::ModelProto proto;
  proto.set_ir_version(onnx::IR_VERSION);
  proto.set_producer_name("heed");
  proto.set_model_version(model.version);
  proto.add_opset_import()->set_version(kOperatorSet);
  for (const auto& [key, value] : model.metadata) {
    onnx::StringStringEntryProto* entry = proto.add_metadata_props();
    entry->set_key(key);
    entry->set_value(value);
  }
  onnx::GraphProto* graph = proto.mutable_graph();
  graph->set_name(model.name);
  for (const OnnxValue& input : model.inputs) fill(input, graph->add_input());
  for (const OnnxValue& output : model.outputs) fill(output, graph->add_output());
  for (const Tensor& constant : model.constants) fill(constant, graph->add_initializer());
  for (const OnnxNode& node : model.nodes) fill(node, graph->add_node());
  return proto;
}

bool serialise(const OnnxModel& model, std::string* bytes, std::string* reason) {
  try {
    onnx::ModelProto proto = to_proto(model);
    onnx::checker::check_model(proto);
    const onnx::ShapeInferenceOptions strict{/*check_type=*/true, /*strict_mode=*/1, /*data_prop=*/true};
    onnx::shape_inference::InferShapes(proto, onnx::OpSchemaRegistry::Instance(), strict);
    if (proto.SerializeToString(bytes)) return true;
    *reason = "protobuf cannot write it";
  } catch (const std::exception& exception) {
    *reason = exception.what();
  } catch (...) {
    *reason = "an unknown exception";
  }
  return false;
}

}  // namespace
}  // namespace heed::exchange

extern "C" __attribute__((visibility("default"))) const heed::exchange::OnnxLibrary* heed_onnx_library() {
  static const heed::exchange::OnnxLibrary library{heed::exchange::serialise};
  return &library;
}
