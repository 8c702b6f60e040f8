set terminal svg size 640,400 enhanced font "DejaVu Sans,11"
set encoding utf8
$data1 << EOD
-0.26666666666666666 0.8 -0.4 -0.13333333333333333 0 0.8
0.7333333333333334 0.9 0.6000000000000001 0.8666666666666667 0 0.9
EOD
$data2 << EOD
0 0.7 -0.13333333333333333 0.13333333333333333 0 0.7
1 0.85 0.8666666666666667 1.1333333333333333 0 0.85
EOD
$data3 << EOD
1.1666666666666667 1 1.0833333333333335 1.25 0 1
2.1666666666666665 3 2.083333333333333 2.25 0 3
EOD
$data4 << EOD
1.1666666666666667 3 1.0833333333333335 1.25 1 3
2.1666666666666665 4 2.083333333333333 2.25 3 4
EOD
set minussign
set style fill solid 1 noborder
set border 3 lw 1 lc rgb "#010204"
set tics nomirror out scale 0.5,0.25 textcolor rgb "#010203"
set grid back lt 1 lw 0.7 dt solid lc rgb "#010205"
set xrange [-0.5:2.5]
set xtics noenhanced ("knn" 0, "mlp" 1, "tree" 2)
set yrange [0:4.12]
set format y "%h"
set key outside right top vertical Left reverse noenhanced nobox samplen 1.6 spacing 1.15 width 1 textcolor rgb "#010203"
plot $data1 using 1:2:3:4:5:6 with boxxyerror fs solid 1 noborder lc rgb "#3b7fc4" title "train", \
  $data2 using 1:2:3:4:5:6 with boxxyerror fs solid 1 noborder lc rgb "#d9661f" title "test", \
  $data3 using 1:2:3:4:5:6 with boxxyerror fs solid 1 noborder lc rgb "#1d9a74" notitle, \
  $data4 using 1:2:3:4:5:6 with boxxyerror fs solid 1 noborder lc rgb "#c25b9b" notitle
