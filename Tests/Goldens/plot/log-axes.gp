set terminal svg size 640,400 enhanced font "DejaVu Sans,11"
set encoding utf8
$data1 << EOD
1 1e-06
10 1
100 1000000
EOD
set minussign
set style fill solid 1 noborder
set border 3 lw 1 lc rgb "#010204"
set tics nomirror out scale 0.5,0.25 textcolor rgb "#010203"
set grid back lt 1 lw 0.7 dt solid lc rgb "#010205"
set logscale x
set xrange [1:20]
set xtics ("1" 1, "2" 2, "5" 5, "10" 10, "20" 20)
set logscale y
set yrange [4.3651583224016594e-07:2290867.6527677733]
set format y "10^{%L}"
unset key
plot $data1 using 1:2 with lines lw 2 dt solid lc rgb "#3b7fc4" notitle
