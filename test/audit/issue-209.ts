/** What is known of issue 209 (November 2024, version 0.2.13): keys of its yaml, which the report gives in part, and its scores. */
export const YAML_209 = `
model_name: microsoft/deberta-v3-large
hidden_size: 768
dropout: 0.3
span_mode: markerV0
post_fusion_schema: l2l-l2t-t2t
num_steps: 30000
train_batch_size: 8
loss_alpha: 0.75
loss_gamma: 0
lr_encoder: 1e-5
lr_others: 5e-5
weight_decay_encoder: 0.1
weight_decay_other: 0.01
max_grad_norm: 10.0
train_data: pilener_train.json
shuffle_types: true
random_drop: true
max_len: 512
`;

export const SCORES_209 = {
  AI: 47.9,
  literature: 55.3,
  music: 66.7,
  politics: 68.6,
  science: 54.6,
  movie: 50.7,
  restaurant: 37.1,
};
