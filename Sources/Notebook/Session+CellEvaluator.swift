internal import Runtime

extension Session: CellEvaluator {}
