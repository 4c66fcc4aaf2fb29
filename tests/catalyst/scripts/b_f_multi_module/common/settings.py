APP = "sales"
SOURCE_DB = "d3"
TARGET_DB = "d3_out"
