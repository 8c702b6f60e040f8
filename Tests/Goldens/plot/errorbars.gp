set terminal svg size 640,400 enhanced font "DejaVu Sans,11"
set encoding utf8
$data1 << EOD
1 2.5 0 1.5
2 3.75 0 0.75
EOD
$data2 << EOD
0.9 3 0.2 0
1.9 4 0.2 0
EOD
$data3 << EOD
1 3
2 4
EOD
set minussign
set style fill solid 1 noborder
set border 3 lw 1 lc rgb "#010204"
set tics nomirror out scale 0.5,0.25 textcolor rgb "#010203"
set grid back lt 1 lw 0.7 dt solid lc rgb "#010205"
set xrange [0.864:2.136]
set format x "%h"
set yrange [2.44:4.56]
set format y "%h"
set key at graph 0, graph 1.02 left bottom horizontal Left reverse noenhanced nobox samplen 1.6 spacing 1.15 width 1 textcolor rgb "#010203"
set tmargin 2.2
plot $data1 using 1:2:3:4 with vectors heads nofilled size screen 0.006,90 lw 1.5 lc rgb "#3b7fc4" notitle, \
  $data2 using 1:2:3:4 with vectors heads nofilled size screen 0.006,90 lw 1.5 lc rgb "#3b7fc4" notitle, \
  $data3 using 1:2 with points pt 7 ps 0.7 lc rgb "#3b7fc4" title "measured"
