import Testing

@testable import Plot

@Suite struct RawCommandsTests {
  @Test(arguments: [
    "system(\"ls\")", "x = system('ls')", "!ls", "  ! ls", "set title \"`id`\"",
    "plot '< cat /etc/passwd'",
    "plot \"<ls\" using 1", "set output '|sh'", "set out 'x'", "set print 'file'", "load 'x.gp'",
    "l 'x'",
    "call 'x'", "eval 'ls'", "evaluate(\"ls\")", "shell", "she", "set term pdf", "set terminal svg",
    "set table 'x'", "save 'x'", "cd '/'", "a = 1; load 'x'", "if (1) { load 'x' }",
    "if (1) load 'x'",
    "do for [i=1:2] { system('x') }", "set tit\\\nle \"`id`\"", "print @m", "set macros",
    "if(1)set output 'x'", "plot \"\\74 ls\"", "fit f(x) 'd' via a", "update 'x'", "pause -1",
    "exit", "quit", "set loadpath '/'",
    "plot sin(x) title '<', '<ls'", "if (1) system('x'); else load 'y'", "set\tterm pdf",
    "se o 'x'",
    "if (0) a=1; else load 'x'", "set ter pdf", "bind a 'load \"x\"'", "undefine x; load 'y'",
    "import f(x) from \"./x.so\"", "\"x\" . system('ls')",
    "f(x) = system('ls')", "plot '-' using 1\n!ls\ne", "toggle; !ls",
  ])
  func refuses(text: String) {
    #expect(throws: PlotError.self) { try RawCommands.check(text) }
  }

  @Test(arguments: [
    "set title \"a | b < c\"", "set grid", "plot sin(x) with lines", "set label 'loading' at 1,1",
    "f(x) = x < 1 ? x : 1", "set xrange [0:1]; set logscale y",
    "$d << EOD\nsystem(1) !ls\nEOD\nplot $d",
    "# load 'x'\nplot x", "set style fill solid 0.5", "splot x*y",
    "do for [i=1:3] { set label i 'x' at i,i }",
    "set xtics ('a' 0, 'b' 1)", "set border lc rgb '#ff0000'", "set format y '%.2f'", "reset",
    "plot 'data file.txt' using 1:2", "set key outside", "set cntrparam levels 5", "lambda = 2",
    "total = 3",
    "fitted(x) = 2*x; plot fitted(x)", "sample = 3", "stats $d nooutput", "print 3",
    "set multiplot layout 1,2",
  ])
  func permits(text: String) throws {
    try RawCommands.check(text)
  }

  @Test func saysWhatAndWhere() {
    #expect(throws: PlotError.shellCommand(line: "a = system('ls')", found: "system")) {
      try RawCommands.check("set grid\na = system('ls')")
    }
  }
}
