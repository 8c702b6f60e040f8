set terminal svg size 640,400 enhanced font "DejaVu Sans,11"
set encoding utf8
$data1 << EOD
1.4 1 1.004 1.796 0 1
2.2 2 1.804 2.596 0 2
3 3 2.604 3.396 0 3
3.8000000000000003 2 3.404 4.196000000000001 0 2
4.6 1 4.204 4.996 0 1
EOD
set minussign
set style fill solid 1 noborder
set border 3 lw 1 lc rgb "#010204"
set tics nomirror out scale 0.5,0.25 textcolor rgb "#010203"
set xrange [1:5]
set format x "%h"
set yrange [0:3.09]
set format y "%h"
unset key
plot $data1 using 1:2:3:4:5:6 with boxxyerror fs solid 1 noborder lc rgb "#3b7fc4" notitle
