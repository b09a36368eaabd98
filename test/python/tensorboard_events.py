"""TensorBoard's own writer and reader of event files (pip install tensorboard).

write FILE    writes the events that test/runtime/tensorboard/written-by-tensorboard.tfevents holds
read FOLDER   prints as JSON what TensorBoard shows of the event files in a folder
"""

import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2
from tensorboard.summary.writer.record_writer import RecordWriter
from tensorboard.util import tensor_util


def events():
    yield event_pb2.Event(wall_time=1.5, file_version="brain.Event:2")
    yield event_pb2.Event(wall_time=2.25, step=3, session_log=event_pb2.SessionLog(status=event_pb2.SessionLog.START))
    scalars = [summary_pb2.Summary.Value(tag="stage/L_reg", simple_value=0.1), summary_pb2.Summary.Value(tag="train/rate", simple_value=0)]
    yield event_pb2.Event(wall_time=3, step=300, summary=summary_pb2.Summary(value=scalars))
    image = summary_pb2.Summary.Image(height=2, width=300, colorspace=3, encoded_image_string=bytes(range(256)))
    yield event_pb2.Event(wall_time=4, step=2**40, summary=summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag="ä/output", image=image)]))
    shape = tensor_shape_pb2.TensorShapeProto(dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=1)])
    text = tensor_pb2.TensorProto(dtype=7, tensor_shape=shape, string_val=["seed: 1 – ü".encode()])
    metadata = summary_pb2.SummaryMetadata(plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name="text"))
    yield event_pb2.Event(wall_time=5, summary=summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag="config", tensor=text, metadata=metadata)]))


def write(path):
    with open(path, "wb") as file:
        writer = RecordWriter(file)
        for event in events():
            writer.write(event.SerializeToString())


def read(folder):
    accumulator = EventAccumulator(folder, size_guidance={"scalars": 0, "images": 0, "tensors": 0})
    accumulator.Reload()
    tags = accumulator.Tags()
    scalars = {tag: [[point.step, point.value] for point in accumulator.Scalars(tag)] for tag in tags["scalars"]}
    images = {tag: [[image.step, image.width, image.height] for image in accumulator.Images(tag)] for tag in tags["images"]}
    texts = {tag: [str(tensor_util.make_ndarray(point.tensor_proto)[0], "utf-8") for point in accumulator.Tensors(tag)] for tag in tags["tensors"]}
    print(json.dumps({"scalars": scalars, "images": images, "texts": texts}))


if __name__ == "__main__":
    {"write": write, "read": read}[sys.argv[1]](sys.argv[2])
