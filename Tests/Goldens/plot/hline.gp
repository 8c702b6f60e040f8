set terminal svg size 640,400 enhanced font "DejaVu Sans,11"
set encoding utf8
$data1 << EOD
0 1
1 3
2 2
EOD
set minussign
set style fill solid 1 noborder
set border 3 lw 1 lc rgb "#010204"
set tics nomirror out scale 0.5,0.25 textcolor rgb "#010203"
set grid back lt 1 lw 0.7 dt solid lc rgb "#010205"
set xrange [-0.06:2.06]
set format x "%h"
set yrange [0.94:3.06]
set format y "%h"
set key at graph 0, graph 1.02 left bottom horizontal Left reverse noenhanced nobox samplen 1.6 spacing 1.15 width 1 textcolor rgb "#010203"
set tmargin 2.2
set arrow from graph 0, first 2.5 to graph 1, first 2.5 nohead front lw 1.5 dt (7,4) lc rgb "#d9661f"
plot $data1 using 1:2 with lines lw 2 dt solid lc rgb "#3b7fc4" notitle, \
  keyentry with lines lw 1.5 dt (7,4) lc rgb "#d9661f" title "limit"
