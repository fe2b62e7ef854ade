module example.org/chartguard-example

go 1.21
