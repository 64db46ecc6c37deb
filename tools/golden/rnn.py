# Recurrent layers and cells.
def params(gates, size, hidden, layers=1, directions=1, bias=True, projection=0):
    out = []
    for layer in range(layers):
        for _ in range(directions):
            fed = size if layer == 0 else (projection or hidden) * directions
            out += [f32(gates * hidden, fed), f32(gates * hidden, projection or hidden)]
            out += [f32(gates * hidden), f32(gates * hidden)] if bias else []
            out += [f32(projection, hidden)] if projection else []
    return out

states = lambda n, b, h: f32(n, b, h)
row("aten::lstm.input", f32(2, 5, 3), [states(1, 2, 4), states(1, 2, 4)], params(4, 3, 4), True, 1, 0.0, False, False, True, dynamic={"input": [0, 1], "hx": [1]})
row("aten::lstm.input", f32(5, 2, 3), [states(4, 2, 4), states(4, 2, 4)], params(4, 3, 4, 2, 2), True, 2, 0.1, False, True, False)
row("aten::lstm.input", f32(5, 2, 3), [states(1, 2, 4), states(1, 2, 4)], params(4, 3, 4, bias=False), False, 1, 0.0, False, False, False)
row("aten::lstm.input", f32(5, 2, 3), [states(1, 2, 2), states(1, 2, 4)], params(4, 3, 4, projection=2), True, 1, 0.0, False, False, False)
row("aten::gru.input", f32(5, 2, 3), states(1, 2, 4), params(3, 3, 4, bias=False), False, 1, 0.0, False, False, False)
row("aten::gru.input", f32(2, 5, 3), states(2, 2, 4), params(3, 3, 4, 1, 2), True, 1, 0.0, False, True, True, dynamic={"input": [0], "hx": [1]})
row("aten::gru.input", f32(5, 2, 3), states(2, 2, 4), params(3, 3, 4, 2), True, 2, 0.0, False, False, False)
row("aten::rnn_relu.input", f32(7, 2, 5), states(1, 2, 6), params(1, 5, 6), True, 1, 0.0, False, False, False)
row("aten::rnn_tanh.input", f32(7, 2, 5), states(2, 2, 6), params(1, 5, 6, 1, 2), True, 1, 0.0, False, True, False)
row("aten::lstm_cell", f32(2, 4), [f32(2, 3), f32(2, 3)], f32(12, 4), f32(12, 3), f32(12), f32(12), dynamic={"input": [0], "hx": [0]})
row("aten::lstm_cell", f32(2, 4), [f32(2, 3), f32(2, 3)], f32(12, 4), f32(12, 3))
row("aten::gru_cell", f32(2, 4), f32(2, 3), f32(9, 4), f32(9, 3), f32(9), f32(9))
row("aten::rnn_tanh_cell", f32(2, 4), f32(2, 3), f32(3, 4), f32(3, 3), f32(3), f32(3))
row("aten::rnn_relu_cell", f32(2, 4), f32(2, 3), f32(3, 4), f32(3, 3))
row("aten::lstm.input", f32(2, 5, 3), [states(4, 2, 2), states(4, 2, 4)], params(4, 3, 4, 2, 2, projection=2), True, 2, 0.0, False, True, True, dynamic={"input": [0, 1], "hx": [1]})
row("aten::lstm.input", f32(5, 2, 3), [states(2, 2, 3), states(2, 2, 4)], params(4, 3, 4, 1, 2, bias=False, projection=3), False, 1, 0.0, False, True, False)
half = lambda x: [half(y) for y in x] if isinstance(x, list) else x.bfloat16()
row("aten::lstm.input", half(f32(5, 2, 3)), half([states(1, 2, 2), states(1, 2, 4)]), half(params(4, 3, 4, projection=2)), True, 1, 0.0, False, False, False, atol=2e-2)
double = lambda x: [double(y) for y in x] if isinstance(x, list) else x.double()
row("aten::lstm.input", double(f32(2, 5, 3)), double([states(4, 2, 4), states(4, 2, 4)]), double(params(4, 3, 4, 2, 2)), True, 2, 0.0, False, True, True, dynamic={"input": [0, 1], "hx": [1]})
row("aten::lstm.input", double(f32(5, 2, 3)), double([states(1, 2, 2), states(1, 2, 4)]), double(params(4, 3, 4, projection=2)), True, 1, 0.0, False, False, False)
row("aten::gru.input", double(f32(5, 2, 3)), double(states(2, 2, 4)), double(params(3, 3, 4, 1, 2)), True, 1, 0.0, False, True, False)
row("aten::gru.input", double(f32(5, 2, 3)), double(states(1, 2, 4)), double(params(3, 3, 4, bias=False)), False, 1, 0.0, False, False, False)
row("aten::rnn_tanh.input", double(f32(7, 2, 5)), double(states(2, 2, 6)), double(params(1, 5, 6, 1, 2)), True, 1, 0.0, False, True, False)
row("aten::rnn_relu.input", double(f32(7, 2, 5)), double(states(1, 2, 6)), double(params(1, 5, 6)), True, 1, 0.0, False, False, False)
