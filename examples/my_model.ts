// The model of PyTorch's own page on torch.onnx, in TypeScript.
import * as torch from "torch-onnx";

const { nn } = torch;

class MyModel extends nn.Module {
  conv1 = new nn.Conv2d(1, 128, 5);
  forward(x: torch.Tensor) {
    return torch.relu(this.conv1.forward(x));
  }
}

const input_tensor = torch.rand([1, 1, 128, 128], { dtype: torch.float32 });
const model = new MyModel();
const onnx_program = await torch.onnx.export(model, [input_tensor], "my_model.onnx", { input_names: ["input"], dynamo: true });

export { input_tensor, model, onnx_program };
