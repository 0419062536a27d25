// danfojs-node asks for @tensorflow/tfjs-node by name. It gets the one TensorFlow.js instance that the workbook runs on,
// with whichever backend set-up chose: a second engine would refuse the first one's tensors.
module.exports = require("@tensorflow/tfjs");
