set terminal svg size 640,400 enhanced font "DejaVu Sans,11"
set encoding utf8
$data1 << EOD
0 1
1 2
EOD
$data2 << EOD
0 1 -0.4 0.4 0 1
1 2 0.6 1.4 0 2
EOD
$data3 << EOD
1.5 3 1.001 1.999 0 3
EOD
set multiplot layout 2,2 rowsfirst title "three" noenhanced font "DejaVu Sans Bold,12" textcolor rgb "#010203"
reset
set minussign
set style fill solid 1 noborder
set title "a" noenhanced font "DejaVu Sans Bold,12" textcolor rgb "#010203"
set border 3 lw 1 lc rgb "#010204"
set tics nomirror out scale 0.5,0.25 textcolor rgb "#010203"
set grid back lt 1 lw 0.7 dt solid lc rgb "#010205"
set xrange [-0.03:1.03]
set format x "%h"
set yrange [0.97:2.03]
set format y "%h"
unset key
plot $data1 using 1:2 with lines lw 2 dt solid lc rgb "#3b7fc4" notitle
reset
set minussign
set style fill solid 1 noborder
set title "b" noenhanced font "DejaVu Sans Bold,12" textcolor rgb "#010203"
set border 3 lw 1 lc rgb "#010204"
set tics nomirror out scale 0.5,0.25 textcolor rgb "#010203"
set grid back lt 1 lw 0.7 dt solid lc rgb "#010205"
set xrange [-0.5:1.5]
set format x "%h"
set yrange [0:2.06]
set format y "%h"
unset key
plot $data2 using 1:2:3:4:5:6 with boxxyerror fs solid 1 noborder lc rgb "#3b7fc4" notitle
reset
set minussign
set style fill solid 1 noborder
set border 3 lw 1 lc rgb "#010204"
set tics nomirror out scale 0.5,0.25 textcolor rgb "#010203"
set grid back lt 1 lw 0.7 dt solid lc rgb "#010205"
set xrange [1:2]
set format x "%h"
set yrange [0:3.09]
set format y "%h"
unset key
plot $data3 using 1:2:3:4:5:6 with boxxyerror fs solid 1 noborder lc rgb "#3b7fc4" notitle
unset multiplot
