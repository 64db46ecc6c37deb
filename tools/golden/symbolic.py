# Python's arithmetic on symbolic numbers, and the ops that turn tensors into numbers.
for a, b in [(7, 3), (-7, 3), (0, 5)]:
    for name in ["add", "sub", "mul", "floordiv", "mod", "truediv", "eq", "ne", "lt", "le", "gt", "ge"]:
        row(f"_operator::{name}", a, b)
row("aten::sym_size.int", f32(2, 3), 1, dynamic={"self": [1]})
row("aten::sym_size.int", f32(2, 3), -2)
row("aten::item", of("int64", 7))
