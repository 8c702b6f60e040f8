set terminal svg size 640,400 enhanced font "DejaVu Sans,11"
set encoding utf8
$data1 << EOD
0 4
1 2
2 NaN
3 0.5
EOD
$data2 << EOD
0 1
1 2
2 3
EOD
$data3 << EOD
0 2
1 3
2 5
EOD
set minussign
set style fill solid 1 noborder
set title "loss" noenhanced font "DejaVu Sans Bold,12" offset 0,1.1 textcolor rgb "#010203"
set border 3 lw 1 lc rgb "#010204"
set tics nomirror out scale 0.5,0.25 textcolor rgb "#010203"
set grid back lt 1 lw 0.7 dt solid lc rgb "#010205"
set xlabel "epoch" noenhanced textcolor rgb "#010203"
set xrange [-0.09:3.09]
set format x "%h"
set ylabel "nats" noenhanced textcolor rgb "#010203"
set yrange [0.365:5.135]
set format y "%h"
set key at graph 0, graph 1.02 left bottom horizontal Left reverse noenhanced nobox samplen 1.6 spacing 1.15 width 1 textcolor rgb "#010203"
set tmargin 3.9
plot $data1 using 1:2 with lines lw 2 dt solid lc rgb "#3b7fc4" title "adamw", \
  $data2 using 1:2 with steps lw 1.5 dt (7,4) lc rgb "#80c0504a" title "p", \
  $data3 using 1:2 with steps lw 1.5 dt (1.5,3) lc rgb "#80123456" title "q"
